from django.urls import path

from agents.tools.mcp.api import views

urlpatterns = [
    path("tools/<slug:slug>/oauth", views.SignInView.as_view()),
    path("tools/<slug:slug>/oauth/callback", views.SignedInView.as_view(), name="tools-oauth-callback"),
]
