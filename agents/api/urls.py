from django.urls import URLPattern, path

from agents.api import administration, stream, views

urlpatterns: list[URLPattern] = [
    path("runs/<uuid:id>", views.RunView.as_view()),
    path("runs/<uuid:id>/events", stream.run_events),
    path("runs/<uuid:id>/cancel", views.CancelView.as_view()),
    path("runs/<uuid:id>/replay", views.ReplayView.as_view()),
    path("administration/runs", administration.RunsView.as_view({"get": "list"})),
    path("administration/runs/<uuid:id>", administration.AnyRunView.as_view()),
]
