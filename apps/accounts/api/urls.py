from typing import Any

from django.urls import path

from apps.accounts.api import views

LIST: dict[str, Any] = {"get": "list", "post": "create"}
ITEM: dict[str, Any] = {"get": "retrieve", "patch": "partial_update"}

urlpatterns = [
    path("me", views.MeView.as_view()),
    path("me/password", views.MyPasswordView.as_view()),
    path("people", views.PeopleView.as_view(LIST)),
    path("people/<uuid:pk>", views.PeopleView.as_view(ITEM)),
    path("people/<uuid:pk>/password", views.PeopleView.as_view({"post": "password"})),
    path("groups", views.GroupsView.as_view(LIST)),
    path("groups/<uuid:pk>", views.GroupsView.as_view(ITEM | {"delete": "destroy"})),
    path("api-keys", views.ApiKeysView.as_view(LIST)),
    path("api-keys/<uuid:pk>", views.ApiKeysView.as_view({"delete": "destroy"})),
]
