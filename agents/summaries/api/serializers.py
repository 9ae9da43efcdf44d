from typing import Any

from rest_framework import serializers

from agents.api.serializers import CitationSerializer, RunErrorSerializer, RunStatusSerializer
from agents.summaries.models import Summary

LONGEST_TEXT = 1_500_000
MOST_DOCUMENTS = 50


class SelectionSerializer(serializers.Serializer[Any]):
    document = serializers.UUIDField()
    start = serializers.IntegerField(min_value=0, help_text="code points into the document's text")
    end = serializers.IntegerField(min_value=1)


class NewSummarySerializer(serializers.Serializer[Any]):
    """One of document, documents, selection, collection, conversation and text."""

    document = serializers.UUIDField(required=False)
    documents = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=MOST_DOCUMENTS
    )
    selection = SelectionSerializer(required=False)
    collection = serializers.UUIDField(required=False)
    conversation = serializers.UUIDField(required=False)
    text = serializers.CharField(required=False, max_length=LONGEST_TEXT)
    kind = serializers.ChoiceField(Summary.Kind.choices, required=False)
    style = serializers.ChoiceField(Summary.Style.choices, required=False, help_text="executive; of a meeting, minutes")  # type: ignore[assignment]
    length = serializers.ChoiceField(Summary.Length.choices, required=False, help_text="medium")
    language = serializers.ChoiceField(Summary.Language.choices, required=False, help_text="auto: that of the text")
    method = serializers.ChoiceField(Summary.Method.choices, required=False, help_text="auto: by the length")


class StartedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    run = RunStatusSerializer()


class SummarySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    run = RunStatusSerializer()
    title = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(Summary.Kind.choices)
    style = serializers.ChoiceField(Summary.Style.choices)  # type: ignore[assignment]
    length = serializers.ChoiceField(Summary.Length.choices)
    language = serializers.ChoiceField(Summary.Language.choices)
    method = serializers.ChoiceField(Summary.Method.choices)
    source = serializers.DictField()  # type: ignore[assignment]
    answer = serializers.CharField(allow_blank=True, help_text="sentences whose documents may no longer be read lack")
    citations = CitationSerializer(many=True)
    facts = serializers.DictField(allow_null=True, help_text="method, parts, cached, dropped, sentences, fallback")
    model = serializers.CharField(allow_null=True)
    error = RunErrorSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
