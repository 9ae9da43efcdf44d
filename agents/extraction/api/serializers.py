from typing import Any

from quarry.api.fields import JsonField
from rest_framework import serializers

from agents.api.serializers import LocationSerializer, RunErrorSerializer, RunStatusSerializer
from agents.extraction.models import Row

MOST_DOCUMENTS = 100
HOW = ["verbatim", "normalised", "inferred", "not_found", "corrected"]


class NewExtractionSerializer(serializers.Serializer[Any]):
    """One of document, documents and collection; a schema or a template."""

    document = serializers.UUIDField(required=False)
    documents = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=MOST_DOCUMENTS
    )
    collection = serializers.UUIDField(required=False)
    schema = JsonField(required=False, help_text="a JSON schema of type object")
    template = serializers.CharField(required=False, max_length=40, help_text="see /extraction-templates")


class StartedExtractionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    run = RunStatusSerializer()


class FieldCitationSerializer(serializers.Serializer[Any]):
    passage_id = serializers.UUIDField(allow_null=True)
    document_id = serializers.UUIDField()
    title = serializers.CharField()
    quote = serializers.CharField(help_text="stands verbatim in the document at `location`")
    location = LocationSerializer()


class FieldSerializer(serializers.Serializer[Any]):
    path = serializers.CharField(help_text="items.0.amount")
    value = serializers.JSONField(allow_null=True)
    how = serializers.ChoiceField(HOW)
    confidence = serializers.FloatField(help_text="0 to 1")
    citation = FieldCitationSerializer(allow_null=True)


class FieldProblemSerializer(serializers.Serializer[Any]):
    path = serializers.CharField(allow_blank=True)
    detail = serializers.CharField()


class RowSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    document = serializers.UUIDField()
    title = serializers.CharField()
    status = serializers.ChoiceField(Row.Status.choices)
    values = serializers.JSONField(allow_null=True)
    findings = FieldSerializer(many=True)
    problems = FieldProblemSerializer(many=True)
    confirmed_by = serializers.EmailField(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()


class RowChangeSerializer(serializers.Serializer[Any]):
    values = serializers.DictField(
        child=JsonField(allow_null=True), required=False, help_text="fields by their names; the others stay"
    )
    confirmed = serializers.BooleanField(required=False)


class ExtractionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    run = RunStatusSerializer()
    title = serializers.CharField(allow_blank=True)
    template = serializers.CharField(allow_blank=True)
    schema = serializers.DictField()
    source = serializers.DictField()  # type: ignore[assignment]
    documents = serializers.IntegerField()
    done = serializers.IntegerField()
    confirmed = serializers.IntegerField()
    error = RunErrorSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class ExtractionTableSerializer(ExtractionSerializer):
    rows = RowSerializer(many=True)
    withheld = serializers.IntegerField(help_text="rows of documents that may no longer be read")


class TemplateSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    name_zh_hant = serializers.CharField()
    schema = serializers.DictField()


class TemplatesSerializer(serializers.Serializer[Any]):
    results = TemplateSerializer(many=True)
