from typing import Any

from drf_spectacular.utils import extend_schema_field
from quarry.api.sentences import Sentence
from rest_framework import serializers

from apps.audit.models import Event


class ActorSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()


class ObjectSerializer(serializers.Serializer[Any]):
    type = serializers.CharField()
    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field named as DRF names one of its own


class EventSerializer(serializers.ModelSerializer[Event]):
    actor = serializers.SerializerMethodField()
    object = serializers.SerializerMethodField()

    class Meta:
        model = Event
        fields = ["id", "time", "actor", "action", "object", "facts", "ip", "hash", "previous_hash"]

    @extend_schema_field(ActorSerializer(allow_null=True))
    def get_actor(self, event: Event) -> dict[str, str] | None:
        return {"id": str(event.actor_id), "email": event.actor_email} if event.actor_id else None

    @extend_schema_field(ObjectSerializer(allow_null=True))
    def get_object(self, event: Event) -> dict[str, str] | None:
        if not event.object_type:
            return None
        return {"type": event.object_type, "id": event.object_id, "label": event.object_label}


class FilterSerializer(serializers.Serializer[dict[str, Any]]):
    actor = serializers.CharField(required=False, max_length=254, help_text="an id, or part of an address")
    action = serializers.CharField(required=False, max_length=60, help_text="`document.delete`, or `document`")
    object = serializers.CharField(required=False, max_length=300, help_text="an id, a type, or part of a label")
    after = serializers.DateTimeField(required=False)
    before = serializers.DateTimeField(required=False)


class ExportSerializer(FilterSerializer):
    format = serializers.ChoiceField(["jsonl", "csv", "ocsf"], default="jsonl")


class VerdictSerializer(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    checked = serializers.IntegerField()
    first_broken = serializers.IntegerField(allow_null=True)
    reason = Sentence()
    head = serializers.CharField()
