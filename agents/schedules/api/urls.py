from typing import Any

from django.urls import URLPattern, path

from agents.schedules.api import views

LIST: dict[str, Any] = {"get": "list", "post": "create"}
ITEM: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}

urlpatterns: list[URLPattern] = [
    path("schedules", views.SchedulesView.as_view(LIST)),
    path("schedules/<uuid:id>", views.SchedulesView.as_view(ITEM)),
    path("schedules/<uuid:id>/run", views.RunNowView.as_view()),
    path("schedules/<uuid:id>/runs", views.FiringsView.as_view({"get": "list"})),
    path("hooks/<str:token>", views.HookView.as_view()),
]
