from django.urls import path

from apps.tickets.api.views import TicketsView

urlpatterns = [
    path("tickets", TicketsView.as_view({"get": "list"})),
    path("tickets/<uuid:pk>", TicketsView.as_view({"get": "retrieve", "patch": "partial_update"})),
]
