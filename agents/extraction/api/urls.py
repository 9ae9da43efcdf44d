from typing import Any

from django.urls import URLPattern, path

from agents.extraction.api import views

LIST: dict[str, Any] = {"get": "list", "post": "create"}
ITEM: dict[str, Any] = {"get": "retrieve"}

urlpatterns: list[URLPattern] = [
    path("extractions", views.ExtractionsView.as_view(LIST)),
    path("extractions/<uuid:id>", views.ExtractionsView.as_view(ITEM)),
    path("extractions/<uuid:id>/export", views.ExportView.as_view()),
    path("extractions/<uuid:id>/rows/<uuid:row>", views.ExtractionsView.as_view({"patch": "partial_update"})),
    path("extraction-templates", views.TemplatesView.as_view()),
]
