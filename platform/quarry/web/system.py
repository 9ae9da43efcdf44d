"""What this installation is made of, for administrators: parts, models, the machine."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from quarry import runtime, workers
from quarry.api.sentences import said
from quarry.runtime import machine
from quarry.web.health import parts


class IsAdministrator(BasePermission):
    message = "Only administrators may do this."

    def has_permission(self, request: Any, view: Any) -> bool:
        return bool(getattr(request.user, "is_administrator", False))


class ModelSerializer(serializers.Serializer[Any]):
    """A model of the catalogue, as this machine sees it."""

    id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(["chat", "embedding", "reranker"])
    family = serializers.CharField()
    architecture = serializers.CharField()
    variant = serializers.CharField()
    hybrid = serializers.BooleanField(help_text="Mamba-2 layers with a few attention layers")
    parameters = serializers.IntegerField()
    size_bytes = serializers.IntegerField()
    memory_bytes = serializers.IntegerField(help_text="weights, context cache and buffers at the default context")
    context = serializers.IntegerField(help_text="tokens")  # type: ignore[assignment]  # likewise
    licence = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field named as DRF names one of its own
    revision = serializers.CharField()
    sha256 = serializers.CharField(allow_null=True, help_text="null where none is pinned yet")
    installed = serializers.BooleanField()
    verified = serializers.BooleanField(help_text="its bytes were checked as they now are")
    fits = serializers.BooleanField()
    reason = serializers.CharField(help_text="why it does not fit")
    active = serializers.BooleanField()


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


class ModelsSerializer(serializers.Serializer[Any]):
    results = ModelSerializer(many=True)


class _AdministratorsView(APIView):
    permission_classes = [*APIView.permission_classes, IsAdministrator]
    scope = "admin"


class ModelsView(_AdministratorsView):
    @extend_schema(responses=ModelsSerializer)
    def get(self, request: Request) -> Response:
        """Every model of the catalogue: what is installed, verified and at work, and what fits this machine."""
        held = {worker.model for worker in workers.alive()}
        entries = runtime.models()
        for entry in entries:
            entry |= {"reason": said(entry["reason"]), "active": _at_work(entry["id"], held)}
        return Response({"results": entries})


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


def _at_work(model: str, names: set[str]) -> bool:
    """Whether a worker holds the model; an embedding space's name begins with its model's id."""
    return any(name == model or name.startswith(f"{model}@") for name in names)
