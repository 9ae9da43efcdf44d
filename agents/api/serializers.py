from rest_framework import serializers

from agents.models import Run, Step


class LocationSerializer(serializers.Serializer):
    page = serializers.IntegerField(required=False, allow_null=True)
    heading = serializers.CharField(required=False, allow_null=True)
    start = serializers.IntegerField(help_text="code points into the document's text")
    end = serializers.IntegerField()


class CitationSerializer(serializers.Serializer):
    marker = serializers.IntegerField(help_text="the n of [n] in the answer")
    passage_id = serializers.UUIDField(allow_null=True)
    document_id = serializers.UUIDField(allow_null=True)
    title = serializers.CharField(allow_blank=True)
    quote = serializers.CharField(allow_blank=True, help_text="stands verbatim in the document at `location`")
    location = LocationSerializer(allow_null=True)
    withheld = serializers.BooleanField(required=False, help_text="true when the document may no longer be read")


class StepSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(Step.Kind.choices)
    name = serializers.CharField()
    status = serializers.ChoiceField(Step.Status.choices)
    arguments = serializers.DictField()
    result = serializers.DictField(allow_null=True)
    started = serializers.DateTimeField()
    ended = serializers.DateTimeField(allow_null=True)


class UsageSerializer(serializers.Serializer):
    prompt_tokens = serializers.IntegerField()
    cached_tokens = serializers.IntegerField()
    completion_tokens = serializers.IntegerField()


class RunErrorSerializer(serializers.Serializer):
    title = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    type = serializers.CharField()


class RunSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(Run.Kind.choices)
    status = serializers.ChoiceField(Run.Status.choices)
    answer = serializers.CharField(allow_blank=True)
    citations = CitationSerializer(many=True)
    steps = StepSerializer(many=True)
    usage = UsageSerializer(allow_null=True)
    model = serializers.CharField(allow_null=True)
    model_sha256 = serializers.CharField(allow_null=True)
    error = RunErrorSerializer(allow_null=True)
    attempts = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class RunStatusSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(Run.Status.choices)


class ApprovalSerializer(serializers.Serializer):
    decision = serializers.ChoiceField(["approve", "reject"])
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)
