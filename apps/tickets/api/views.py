from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.accounts.api.authentication import person
from apps.tickets import actions, selectors
from apps.tickets.api.serializers import TicketSerializer
from apps.tickets.models import Ticket


class TicketsView(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Ticket]):
    """Tickets: all of them for administrators, for everybody else their own."""

    serializer_class = TicketSerializer
    queryset = Ticket.objects.none()

    def get_queryset(self) -> QuerySet[Ticket]:
        return selectors.tickets(person(self.request))

    @extend_schema(request=TicketSerializer, responses=TicketSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Opens or closes a ticket; administrators only."""
        ticket = self.get_object()
        body = TicketSerializer(ticket, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        status = body.validated_data.get("status", ticket.status)
        return Response(TicketSerializer(actions.set_status(person(request), ticket, status)).data)
