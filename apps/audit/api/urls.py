from django.urls import path

from apps.audit.api import views

urlpatterns = [
    path("audit", views.EventsView.as_view({"get": "list"})),
    path("audit/export", views.ExportView.as_view()),
    path("audit/verify", views.VerifyView.as_view()),
    path("audit/<int:pk>", views.EventsView.as_view({"get": "retrieve"})),
]
