from typing import Any

from django.urls import path

from apps.endpoints.api import views

LIST: dict[str, Any] = {"get": "list", "post": "create"}
ITEM: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}

urlpatterns = [
    path("endpoints", views.EndpointsView.as_view(LIST)),
    path("endpoints/<slug:slug>", views.EndpointsView.as_view(ITEM)),
    path("endpoints/<slug:slug>/test", views.EndpointTestView.as_view()),
    path("endpoint-presets", views.PresetsView.as_view()),
    path("endpoint-order", views.OrderView.as_view()),
]
