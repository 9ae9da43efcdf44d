import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from apps.accounts.api.authentication import person
from apps.knowledge import actions, blobs, selectors
from apps.knowledge.api import content
from apps.knowledge.api import serializers as s
from apps.knowledge.models import Collection, Document, Passage
from apps.knowledge.search import Scope


class CollectionsView(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Collection]):
    """Collections that the caller may read."""

    serializer_class = s.CollectionSerializer
    ordering = ("name", "id")
    queryset = Collection.objects.none()

    def get_queryset(self) -> QuerySet[Collection]:
        return selectors.collections(person(self.request))

    def _answer(self, collection: Collection, status: int = 200) -> Response:
        counted = selectors.collection(person(self.request), collection.pk)
        return Response(self.get_serializer(counted).data, status=status)

    @extend_schema(request=s.CollectionWriteSerializer, responses={201: s.CollectionSerializer})
    def create(self, request: Request) -> Response:
        body = s.CollectionWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return self._answer(actions.create_collection(person(request), **body.validated_data), 201)

    @extend_schema(request=s.CollectionWriteSerializer, responses=s.CollectionSerializer)
    def partial_update(self, request: Request, pk: uuid.UUID) -> Response:
        collection = self.get_object()
        body = s.CollectionWriteSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        return self._answer(actions.change_collection(person(request), collection, body.validated_data))

    def destroy(self, request: Request, pk: uuid.UUID) -> Response:
        actions.delete_collection(person(request), self.get_object())
        return Response(status=204)


class CollectionDocumentsView(mixins.ListModelMixin, GenericViewSet[Document]):
    """The documents of a collection, and the way in for new ones."""

    serializer_class = s.DocumentSerializer
    parser_classes = [MultiPartParser]
    ordering = ("-created_at", "id")
    queryset = Document.objects.none()

    def get_queryset(self) -> QuerySet[Document]:
        collection = selectors.collection(person(self.request), self.kwargs["pk"])
        documents = selectors.documents(person(self.request)).filter(collection=collection)
        status = self.request.query_params.get("status")
        return documents.filter(status__in=status.split(",")) if status else documents

    @extend_schema(
        parameters=[OpenApiParameter("status", description="Only these: one status, or several with commas.")]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(
        request={"multipart/form-data": s.UploadSerializer},
        responses={
            202: s.DocumentSerializer,
            200: OpenApiResponse(s.DocumentSerializer, "These bytes are in the collection already."),
        },
    )
    def create(self, request: Request, pk: uuid.UUID) -> Response:
        collection = selectors.collection(person(request), pk)
        body = s.UploadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        file = body.validated_data["file"]
        document, new = actions.upload_document(
            person(request),
            collection,
            file.chunks(blobs.CHUNK),
            filename=file.name,
            title=body.validated_data.get("title", ""),
            media_type=file.content_type or "",
        )
        return Response(self.get_serializer(document).data, status=202 if new else 200)


class DocumentsView(mixins.RetrieveModelMixin, GenericViewSet[Document]):
    """One document that the caller may read."""

    serializer_class = s.DocumentSerializer
    queryset = Document.objects.none()

    def get_queryset(self) -> QuerySet[Document]:
        return selectors.documents(person(self.request))

    @extend_schema(request=s.DocumentChangeSerializer, responses=s.DocumentSerializer)
    def partial_update(self, request: Request, pk: uuid.UUID) -> Response:
        document = self.get_object()
        body = s.DocumentChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(
            self.get_serializer(actions.rename_document(person(request), document, **body.validated_data)).data
        )

    def destroy(self, request: Request, pk: uuid.UUID) -> Response:
        actions.delete_document(person(request), self.get_object())
        return Response(status=204)

    @extend_schema(request=None, responses={202: s.DocumentSerializer})
    def retry(self, request: Request, pk: uuid.UUID) -> Response:
        """Queues a failed document again."""
        return Response(
            self.get_serializer(actions.retry_document(person(request), self.get_object())).data, status=202
        )

    @extend_schema(responses=s.DocumentTextSerializer)
    def text(self, request: Request, pk: uuid.UUID) -> Response:
        """The text that was read out of the document."""
        return Response(s.DocumentTextSerializer(selectors.text(person(request), pk)).data)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def content(self, request: Request, pk: uuid.UUID) -> HttpResponseBase:
        """The original file; `Range` is honoured."""
        document = self.get_object()
        response = content.respond(request._request, document)
        if response.status_code != 304:
            actions.record_download(person(request), document, response.headers.get("Content-Range", ""))
        return response


class PassagesView(mixins.ListModelMixin, GenericViewSet[Passage]):
    """The passages of a document, in their order."""

    serializer_class = s.PassageSerializer
    ordering = "ordinal"
    queryset = Passage.objects.none()

    def get_queryset(self) -> QuerySet[Passage]:
        return selectors.passages(person(self.request), self.kwargs["pk"])


class SearchView(APIView):
    """Search by meaning and by words in all that the caller may read."""

    scope = "read"

    @extend_schema(request=s.SearchSerializer, responses=s.HitsSerializer)
    def post(self, request: Request) -> Response:
        body = s.SearchSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        hits = actions.search_and_record(
            person(request), asked["query"], Scope(asked.get("collections")), asked["limit"]
        )
        return Response({"results": s.HitSerializer(hits, many=True).data, "warning": hits.warning})
