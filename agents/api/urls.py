from django.urls import URLPattern, path

from agents.api import stream, views

urlpatterns: list[URLPattern] = [
    path("runs/<uuid:id>", views.RunView.as_view()),
    path("runs/<uuid:id>/events", stream.run_events),
    path("runs/<uuid:id>/cancel", views.CancelView.as_view()),
    path("runs/<uuid:id>/approvals/<uuid:step>", views.ApprovalView.as_view()),
]
