from rest_framework import serializers

from agents.approvals.api.serializers import ApprovalSerializer
from agents.models import Run, Step
from agents.trace import DEEDS


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


class SimpleSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(DEEDS)
    name = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField(allow_null=True)
    text = serializers.CharField(help_text="the same as a sentence in the reader's language")


class StepSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(Step.Kind.choices)
    name = serializers.CharField()
    title = serializers.CharField(allow_blank=True, help_text="what people call the function")
    status = serializers.ChoiceField(Step.Status.choices)
    arguments = serializers.DictField()
    result = serializers.DictField(allow_null=True, help_text="`truncated`: the text is longer than is shown")
    simple = SimpleSerializer()
    approval = ApprovalSerializer(allow_null=True)
    started = serializers.DateTimeField()
    ended = serializers.DateTimeField(allow_null=True)


class UsageSerializer(serializers.Serializer):
    prompt_tokens = serializers.IntegerField()
    cached_tokens = serializers.IntegerField()
    completion_tokens = serializers.IntegerField()
    cost = serializers.FloatField(required=False, help_text="of models that have a price, in its currency")


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
    assistant = serializers.DictField(allow_null=True)
    result = serializers.DictField(allow_null=True, help_text="of a replay: what was compared")
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


class AskerSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()


class AnyRunSerializer(RunSerializer):
    person = AskerSerializer()
    question = serializers.CharField(allow_blank=True)
    plan = serializers.DictField(allow_null=True, help_text="what the agent was told and offered")


class RunSummarySerializer(serializers.ModelSerializer[Run]):
    """A run without what was said in it."""

    person = serializers.CharField(source="person.email")
    assistant = serializers.SerializerMethodField()
    steps = serializers.IntegerField(source="turns")

    class Meta:
        model = Run
        fields = ["id", "kind", "status", "person", "assistant", "steps", "usage", "model", "attempts"]
        fields += ["created_at", "started_at", "ended_at"]

    def get_assistant(self, run: Run) -> str:
        """Its slug."""
        return str((run.input.get("assistant") or {}).get("slug", ""))


class RunFilterSerializer(serializers.Serializer):
    person = serializers.CharField(required=False, help_text="part of an e-mail address")
    assistant = serializers.CharField(required=False, help_text="its slug")
    function = serializers.CharField(required=False, help_text="one that was called")
    status = serializers.ChoiceField(Run.Status.choices, required=False)
    after = serializers.DateTimeField(required=False)
    before = serializers.DateTimeField(required=False)
