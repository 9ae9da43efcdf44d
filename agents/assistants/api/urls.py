from typing import Any

from django.urls import URLPattern, path

from agents.assistants.api import views

LIST: dict[str, Any] = {"get": "list", "post": "create"}
ITEM: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
ONE = "assistants/<slug:slug>"

urlpatterns: list[URLPattern] = [
    path("assistants", views.AssistantsView.as_view(LIST)),
    path(ONE, views.AssistantsView.as_view(ITEM)),
    path(f"{ONE}/versions", views.VersionsView.as_view({"get": "list"})),
    path(f"{ONE}/versions/<int:number>", views.VersionsView.as_view({"get": "retrieve"})),
    path(f"{ONE}/versions/<int:a>/diff/<int:b>", views.DifferenceView.as_view()),
    path(f"{ONE}/publish", views.PublishView.as_view()),
    path(f"{ONE}/test", views.TestView.as_view()),
    path("usable-models", views.UsableModelsView.as_view()),
]
