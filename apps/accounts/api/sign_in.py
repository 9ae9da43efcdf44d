"""Those of allauth's doors that the pages use: sign in, who is signed in, sign out.

The rest stays shut. Its change of address or password would go past our own actions and their audit events, and its
password reset by mail, which is not sent here, would tell who has an account.
"""

from allauth.headless.account.views import LoginView, SessionView
from allauth.headless.constants import Client
from django.urls import path

urlpatterns = [
    path("browser/v1/auth/login", LoginView.as_api_view(client=Client.BROWSER)),
    path("browser/v1/auth/session", SessionView.as_api_view(client=Client.BROWSER)),
]
