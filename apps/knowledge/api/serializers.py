from typing import Any

from quarry.api.sentences import Sentence
from rest_framework import serializers

from apps.accounts.api.serializers import GroupNameSerializer
from apps.accounts.models import Group
from apps.knowledge import selectors
from apps.knowledge.models import Collection, Document, DocumentText, Passage
from apps.knowledge.policies import may_edit
from apps.knowledge.search import LONGEST_QUERY, MOST_HITS


class CollectionNameSerializer(serializers.ModelSerializer[Collection]):
    class Meta:
        model = Collection
        fields = ["id", "name"]


class CollectionSerializer(serializers.ModelSerializer[Collection]):
    groups = GroupNameSerializer(many=True, read_only=True)
    documents = serializers.IntegerField(source="documents_count", read_only=True)
    passages = serializers.IntegerField(source="passages_count", read_only=True)
    can_edit = serializers.SerializerMethodField()

    class Meta:
        model = Collection
        fields = [
            *["id", "name", "description", "visibility", "groups", "documents", "passages", "can_edit"],
            *["created_at", "updated_at"],
        ]

    def get_can_edit(self, collection: Collection) -> bool:
        return may_edit(self.context["request"].user, collection)


class CollectionWriteSerializer(serializers.Serializer[dict[str, Any]]):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    visibility = serializers.ChoiceField(choices=Collection.Visibility.choices, required=False)
    groups = serializers.PrimaryKeyRelatedField(many=True, queryset=Group.objects.all(), required=False)


class DocumentSerializer(serializers.ModelSerializer[Document]):
    collection = CollectionNameSerializer(read_only=True)
    passages = serializers.IntegerField(source="passages_count", read_only=True)
    stage = Sentence(read_only=True)
    error = Sentence(read_only=True)
    can_edit = serializers.SerializerMethodField()
    outdated = serializers.SerializerMethodField(
        help_text="Embedded by a model that is no longer in use: found by words only until it is queued again."
    )

    class Meta:
        model = Document
        fields = [
            *["id", "collection", "title", "filename", "media_type", "size", "sha256", "status", "stage", "progress"],
            *["error", "passages", "language", "outdated", "can_edit", "created_at", "updated_at"],
        ]

    def get_can_edit(self, document: Document) -> bool:
        return may_edit(self.context["request"].user, document.collection)

    def get_outdated(self, document: Document) -> bool:
        return selectors.outdated(document)


class DocumentChangeSerializer(serializers.Serializer[dict[str, Any]]):
    title = serializers.CharField(max_length=300)


class UploadSerializer(serializers.Serializer[dict[str, Any]]):
    file = serializers.FileField(allow_empty_file=True, use_url=False)
    title = serializers.CharField(max_length=300, required=False, allow_blank=True)


class PageSerializer(serializers.Serializer[dict[str, Any]]):
    page = serializers.IntegerField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()


class HeadingSerializer(serializers.Serializer[dict[str, Any]]):
    level = serializers.IntegerField()
    title = serializers.CharField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()


class DocumentTextSerializer(serializers.ModelSerializer[DocumentText]):
    """Offsets count code points into `text`."""

    pages = PageSerializer(many=True, read_only=True)
    headings = HeadingSerializer(many=True, read_only=True)

    class Meta:
        model = DocumentText
        fields = ["text", "pages", "headings"]


class LocationSerializer(serializers.Serializer[dict[str, Any]]):
    """Where a passage stands. `start` and `end` count code points into the document's text."""

    page = serializers.IntegerField(required=False)
    heading = serializers.CharField(required=False)
    start = serializers.IntegerField()
    end = serializers.IntegerField()


class PassageSerializer(serializers.ModelSerializer[Passage]):
    location = LocationSerializer(read_only=True)

    class Meta:
        model = Passage
        fields = ["id", "ordinal", "text", "location"]


class SearchSerializer(serializers.Serializer[dict[str, Any]]):
    query = serializers.CharField(max_length=LONGEST_QUERY)
    collections = serializers.ListField(child=serializers.UUIDField(), required=False, allow_null=True, max_length=500)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_HITS, default=10)


class HitSerializer(serializers.Serializer[Any]):
    passage_id = serializers.UUIDField()
    document_id = serializers.UUIDField()
    title = serializers.CharField()
    text = serializers.CharField()
    score = serializers.FloatField(help_text="0 to 1; orders the results of one search.")
    location = LocationSerializer()


class HitsSerializer(serializers.Serializer[Any]):
    results = HitSerializer(many=True)
    warning = Sentence(help_text="Empty, or what the search had to do without: then only words were compared.")
