from rest_framework import serializers

from agents.api.serializers import CitationSerializer, RunErrorSerializer, RunStatusSerializer
from agents.models import Run
from apps.chat.models import Conversation, Feedback, Message

LONGEST_QUESTION = 8000


class CollectionNameSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    collections = CollectionNameSerializer(many=True)
    assistant_name = serializers.CharField(read_only=True, help_text="in your language; empty for Quarry itself")

    class Meta:
        model = Conversation
        fields = ["id", "title", "assistant", "assistant_name", "collections", "created_at", "updated_at"]


class NewConversationSerializer(serializers.Serializer):
    collections = serializers.ListField(
        child=serializers.UUIDField(), required=False, allow_null=True, help_text="none: all that you may read"
    )
    assistant = serializers.CharField(required=False, allow_blank=True, allow_null=True, max_length=100)


class ConversationChangeSerializer(serializers.Serializer):
    title = serializers.CharField(required=False, max_length=200)
    collections = serializers.ListField(child=serializers.UUIDField(), required=False)


class StarterSerializer(serializers.Serializer):
    text = serializers.CharField()
    language = serializers.ChoiceField(["en", "zh-Hant"])


class StartersSerializer(serializers.Serializer):
    results = StarterSerializer(many=True)


class QuestionSerializer(serializers.Serializer):
    content = serializers.CharField(max_length=LONGEST_QUESTION)


class IdSerializer(serializers.Serializer):
    id = serializers.UUIDField()


class AskedSerializer(serializers.Serializer):
    message = IdSerializer(help_text="the question")
    answer = IdSerializer(help_text="the message that the answer will stand in")
    run = RunStatusSerializer()


class FeedbackSerializer(serializers.Serializer):
    rating = serializers.ChoiceField(Feedback.Rating.choices, allow_null=True)
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


class MessageRunSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(Run.Status.choices)
    error = RunErrorSerializer(allow_null=True)


class AnsweredBySerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()


class MessageSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    role = serializers.ChoiceField(Message.Role.choices)
    content = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    run = MessageRunSerializer(allow_null=True)
    reasoning = serializers.CharField(allow_blank=True, help_text="what a thinking model said to itself; no answer")
    citations = CitationSerializer(many=True)
    assistant = AnsweredBySerializer(allow_null=True, help_text="who answered; null for Quarry itself")
    feedback = FeedbackSerializer(allow_null=True)
