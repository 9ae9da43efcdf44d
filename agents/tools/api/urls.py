from typing import Any

from django.urls import path

from agents.tools.api import views

LIST: dict[str, Any] = {"get": "list", "post": "create"}
ITEM: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
OPERATION: dict[str, Any] = {"patch": "change_operation"}

urlpatterns = [
    path("tools", views.ToolsView.as_view(LIST)),
    path("tools/<slug:slug>", views.ToolsView.as_view(ITEM)),
    path("tools/<slug:slug>/refresh", views.ToolsView.as_view({"post": "refresh"})),
    path("tools/<slug:slug>/test", views.ToolsView.as_view({"post": "test"})),
    path("tools/<slug:slug>/operations/<str:name>", views.ToolsView.as_view(OPERATION)),
    path("usable-tools", views.UsableToolsView.as_view({"get": "list"})),
]
