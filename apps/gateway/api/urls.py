from django.urls import URLPattern, path

from apps.gateway.api import views

urlpatterns: list[URLPattern] = [
    path("chat/completions", views.chat_completions),
    path("completions", views.completions),
    path("embeddings", views.embeddings),
    path("models", views.models),
    path("models/<path:id>", views.model),
]
