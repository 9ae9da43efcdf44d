from typing import Any

from django.urls import URLPattern, path

from apps.chat.api import views

LIST: dict[str, Any] = {"get": "list", "post": "create"}
ITEM: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}

urlpatterns: list[URLPattern] = [
    path("conversations", views.ConversationsView.as_view(LIST)),
    path("conversations/<uuid:id>", views.ConversationsView.as_view(ITEM)),
    path("conversations/<uuid:id>/messages", views.MessagesView.as_view(LIST)),
    path("starters", views.StartersView.as_view()),
    path("messages/<uuid:id>/regenerate", views.RegenerateView.as_view()),
    path("messages/<uuid:id>/feedback", views.FeedbackView.as_view()),
]
