from rest_framework import serializers

from apps.tickets.models import Ticket


class TicketSerializer(serializers.ModelSerializer[Ticket]):
    requester = serializers.EmailField(source="requester.email", default=None, read_only=True, allow_null=True)

    class Meta:
        model = Ticket
        fields = ["id", "number", "subject", "text", "requester", "status", "created_at"]
        read_only_fields = ["id", "number", "subject", "text", "requester", "created_at"]
