from typing import Any

from rest_framework import serializers

from agents.approvals.models import Approval, Decision
from agents.models import Run


class DecideSerializer(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(Decision.Verdict.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    scope = serializers.ChoiceField(
        Decision.Scope.choices, required=False, help_text="`conversation`: do not ask for this function there again"
    )


class ApprovalPersonSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class ArgumentSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField(help_text="what the function's description calls it")  # type: ignore[assignment]
    value = serializers.JSONField()


class DecisionSerializer(serializers.Serializer[Any]):
    person = ApprovalPersonSerializer()
    decision = serializers.ChoiceField(Decision.Verdict.choices)
    note = serializers.CharField(allow_blank=True)
    scope = serializers.ChoiceField(Decision.Scope.choices)
    via = serializers.ChoiceField(Decision.Via.choices)
    created_at = serializers.DateTimeField()


class ApprovalSerializer(serializers.Serializer[Any]):
    """A call that waits for people; exactly these arguments are what is done."""

    id = serializers.UUIDField()
    run = serializers.UUIDField()
    step = serializers.UUIDField()
    function = serializers.CharField()
    tool = serializers.CharField()
    title = serializers.CharField()
    effect = serializers.CharField(allow_blank=True)
    writes = serializers.BooleanField(help_text="whether it changes something")
    why = serializers.ChoiceField(Approval.Why.choices)
    reason = serializers.CharField()
    details = serializers.ListField(child=serializers.CharField())
    arguments = ArgumentSerializer(many=True)
    needed = serializers.IntegerField(help_text="2: somebody else than the one who asked must agree as well")
    status = serializers.ChoiceField(Approval.Status.choices)
    decisions = DecisionSerializer(many=True)
    asked_by = ApprovalPersonSerializer()
    scopes = serializers.ListField(child=serializers.ChoiceField(Decision.Scope.choices))
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class DecidedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="of the run")
    status = serializers.ChoiceField(Run.Status.choices)
    approval = serializers.ChoiceField(Approval.Status.choices, help_text="`pending`: another person's is needed")
