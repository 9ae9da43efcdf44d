from typing import Any

from drf_spectacular.utils import extend_schema_field
from quarry.api.sentences import Sentence
from rest_framework import serializers

from agents.api.serializers import RunStatusSerializer
from agents.assistants import selectors as assistants
from agents.schedules.models import Delivery, Firing, Schedule
from agents.schedules.triggers import KINDS

LONGEST_PROMPT = 8000


class TriggerSerializer(serializers.Serializer[Any]):
    """`daily` needs `at`; `weekly` `at` and `days`; `cron` `cron`; `document` `collections`; `webhook` nothing."""

    kind = serializers.ChoiceField(KINDS)
    at = serializers.CharField(required=False, max_length=5, help_text="08:30")
    days = serializers.ListField(child=serializers.CharField(max_length=3), required=False, max_length=7)
    cron = serializers.CharField(required=False, max_length=200, help_text="30 8 * * 1-5")
    collections = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)
    signed = serializers.BooleanField(required=False, help_text="callers must sign, as Standard Webhooks has it")


class ScheduleChangeSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120, required=False)
    assistant = serializers.CharField(max_length=60, required=False, allow_blank=True, allow_null=True)
    prompt = serializers.CharField(max_length=LONGEST_PROMPT, required=False)
    trigger = TriggerSerializer(required=False, help_text="named again, a webhook gets a new address")
    time_zone = serializers.CharField(max_length=60, required=False, help_text="Asia/Taipei if nothing else is said")
    mail = serializers.BooleanField(required=False, help_text="results to your own address")
    webhook = serializers.CharField(max_length=500, required=False, allow_blank=True, allow_null=True)
    enabled = serializers.BooleanField(required=False)


class NewScheduleSerializer(ScheduleChangeSerializer):
    name = serializers.CharField(max_length=120)
    prompt = serializers.CharField(max_length=LONGEST_PROMPT)
    trigger = TriggerSerializer()


class FiringSerializer(serializers.ModelSerializer[Firing]):
    """An occasion: why it ran, its run, and what became of its result."""

    class DeliverySerializer(serializers.ModelSerializer[Delivery]):
        error = Sentence(read_only=True)

        class Meta:
            model = Delivery
            fields = ["kind", "status", "attempts", "next_at", "response_status", "error", "delivered_at"]

    run = RunStatusSerializer(allow_null=True)
    error = Sentence(read_only=True)
    deliveries = DeliverySerializer(many=True)

    class Meta:
        model = Firing
        fields = ["id", "cause", "status", "due_at", "document", "run", "error", "deliveries", "created_at", "ended_at"]


class LastSerializer(serializers.ModelSerializer[Firing]):
    run = RunStatusSerializer(allow_null=True)

    class Meta:
        model = Firing
        fields = ["id", "cause", "status", "created_at", "run"]


class ScheduleSerializer(serializers.ModelSerializer[Schedule]):
    assistant = serializers.CharField(source="assistant.slug", default="", help_text="empty: Quarry itself")
    assistant_name = serializers.SerializerMethodField()
    trigger = TriggerSerializer()
    webhook = serializers.CharField(source="url")
    stopped = Sentence(help_text="why it was switched off, if not by you")
    last = serializers.SerializerMethodField()

    class Meta:
        model = Schedule
        fields = [
            *("id", "name", "assistant", "assistant_name", "prompt", "trigger", "time_zone", "mail", "webhook"),
            *("enabled", "stopped", "next_at", "last", "created_at"),
        ]

    def get_assistant_name(self, schedule: Schedule) -> str:
        version = schedule.assistant.published if schedule.assistant else None
        return assistants.said_by(version, "name") if version else ""

    @extend_schema_field(LastSerializer(allow_null=True))
    def get_last(self, schedule: Schedule) -> Any:
        last = getattr(schedule, "last", [])
        return LastSerializer(last[0]).data if last else None


class ScheduleOnceSerializer(ScheduleSerializer):
    """With what is shown this once, where it was made just now."""

    hook = serializers.CharField(required=False, help_text="the address to call")
    hook_secret = serializers.CharField(required=False, help_text="with which callers sign")
    webhook_secret = serializers.CharField(required=False, help_text="with which results are signed")

    class Meta(ScheduleSerializer.Meta):
        fields = [*ScheduleSerializer.Meta.fields, "hook", "hook_secret", "webhook_secret"]


class StartedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    run = RunStatusSerializer()


class ReceivedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(Firing.Status.choices)
