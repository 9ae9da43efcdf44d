from typing import Any

from django.urls import path

from apps.knowledge.api import views

LIST: dict[str, Any] = {"get": "list", "post": "create"}
ITEM: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}

urlpatterns = [
    path("collections", views.CollectionsView.as_view(LIST)),
    path("collections/<uuid:pk>", views.CollectionsView.as_view(ITEM)),
    path("collections/<uuid:pk>/documents", views.CollectionDocumentsView.as_view(LIST)),
    path("documents/<uuid:pk>", views.DocumentsView.as_view(ITEM)),
    path("documents/<uuid:pk>/content", views.DocumentsView.as_view({"get": "content"})),
    path("documents/<uuid:pk>/text", views.DocumentsView.as_view({"get": "text"})),
    path("documents/<uuid:pk>/retry", views.DocumentsView.as_view({"post": "retry"})),
    path("documents/<uuid:pk>/passages", views.PassagesView.as_view({"get": "list"})),
    path("search", views.SearchView.as_view()),
]
