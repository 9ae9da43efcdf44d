from django.urls import path

from apps.evaluation.api import views

urlpatterns = [
    path("evaluations", views.EvaluationsView.as_view({"get": "list"})),
    path("evaluations/<uuid:pk>", views.EvaluationsView.as_view({"get": "retrieve"})),
]
