from typing import Any

from django.urls import URLPattern, path

from agents.summaries.api import views

LIST: dict[str, Any] = {"get": "list", "post": "create"}
ITEM: dict[str, Any] = {"get": "retrieve"}

urlpatterns: list[URLPattern] = [
    path("summaries", views.SummariesView.as_view(LIST)),
    path("summaries/<uuid:id>", views.SummariesView.as_view(ITEM)),
]
