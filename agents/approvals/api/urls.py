from django.urls import URLPattern, path

from agents.approvals.api import views

urlpatterns: list[URLPattern] = [
    path("runs/<uuid:id>/approvals/<uuid:step>", views.DecideView.as_view()),
    path("approvals", views.ApprovalsView.as_view()),
    path("approvals/links/<str:token>", views.LinkView.as_view()),
]
