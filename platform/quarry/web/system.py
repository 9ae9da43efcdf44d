"""What this installation is made of, for administrators: parts, the models at work, the machine."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from quarry import workers
from quarry.runtime import machine
from quarry.web.health import parts


class IsAdministrator(BasePermission):
    message = "Only administrators may do this."

    def has_permission(self, request: Any, view: Any) -> bool:
        return bool(getattr(request.user, "is_administrator", False))


class PartSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    status = serializers.ChoiceField(["ok", "starting", "down"])
    detail = serializers.CharField()


class MachineSerializer(serializers.Serializer[Any]):
    cores = serializers.IntegerField()
    memory_bytes = serializers.IntegerField()


class SystemSerializer(serializers.Serializer[Any]):
    version = serializers.CharField()
    parts = PartSerializer(many=True)
    model = serializers.CharField(allow_blank=True)
    embedding = serializers.CharField(allow_blank=True)
    machine = MachineSerializer()


class _AdministratorsView(APIView):
    permission_classes = [*APIView.permission_classes, IsAdministrator]
    scope = "admin"


class SystemView(_AdministratorsView):
    @extend_schema(responses=SystemSerializer)
    def get(self, request: Request) -> Response:
        """Version, the parts and their state, the models at work, the machine."""
        models = {worker.role: worker.model for worker in workers.alive()}
        return Response(
            {
                "version": settings.QUARRY_VERSION,
                "parts": parts(),
                "model": models.get("inference", ""),
                "embedding": models.get("embed", ""),
                "machine": {"cores": machine.cores(), "memory_bytes": machine.total_memory()},
            }
        )
