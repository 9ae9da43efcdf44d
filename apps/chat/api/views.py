from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from quarry.text import storable
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from agents.assistants import asking
from apps.accounts.api.authentication import person
from apps.chat import actions, selectors
from apps.chat.api import serializers as s
from apps.chat.models import Conversation, Message
from ingestion.samples.starters import starters

ASSISTANT = OpenApiParameter("assistant", str, description="its questions instead")


class ConversationsView(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Conversation]):
    """The caller's own conversations."""

    scope = "chat"
    serializer_class = s.ConversationSerializer
    ordering = ("-updated_at", "id")
    lookup_url_kwarg = "id"
    queryset = Conversation.objects.none()

    def get_queryset(self) -> QuerySet[Conversation]:
        return selectors.conversations(person(self.request))

    @extend_schema(request=s.NewConversationSerializer, responses={201: s.ConversationSerializer})
    def create(self, request: Request) -> Response:
        body = s.NewConversationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        assistant, collections = body.validated_data.get("assistant") or "", body.validated_data.get("collections")
        conversation = actions.create_conversation(person(request), collections, assistant)
        return Response(s.ConversationSerializer(conversation).data, status=201)

    @extend_schema(request=s.ConversationChangeSerializer, responses=s.ConversationSerializer)
    def partial_update(self, request: Request, id: UUID) -> Response:
        body = s.ConversationChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        conversation = actions.change_conversation(person(request), self.get_object(), body.validated_data)
        return Response(s.ConversationSerializer(conversation).data)

    def destroy(self, request: Request, id: UUID) -> Response:
        actions.delete_conversation(person(request), self.get_object())
        return Response(status=204)


class MessagesView(GenericViewSet[Message]):
    """The turns of a conversation, oldest first; posting one asks a question."""

    scope = "chat"
    serializer_class = s.MessageSerializer
    ordering = "ordinal"
    queryset = Message.objects.none()

    def _conversation(self) -> Conversation:
        return get_object_or_404(selectors.conversations(person(self.request)), pk=self.kwargs["id"])

    @extend_schema(operation_id="conversations_messages_list", responses=s.MessageSerializer(many=True))
    def list(self, request: Request, id: UUID) -> Response:
        found = selectors.messages(person(request)).filter(conversation=self._conversation())
        page = self.paginate_queryset(found) or []
        facts = [selectors.message_facts(person(request), message) for message in page]
        return self.get_paginated_response(s.MessageSerializer(facts, many=True).data)

    @extend_schema(
        operation_id="conversations_messages_create",
        description="Asks a question; one that begins with @slug asks that assistant. 409 while the conversation's "
        "last answer is still being written, and where its assistant is gone.",
        request=s.QuestionSerializer,
        responses={202: s.AskedSerializer},
    )
    def create(self, request: Request, id: UUID) -> Response:
        conversation = self._conversation()
        body = s.QuestionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return _asked(*actions.ask(person(request), conversation, body.validated_data["content"]))


class StartersView(APIView):
    """Questions to begin with: the assistant's own, else some about sample documents that the caller can read."""

    scope = "chat"

    @extend_schema(operation_id="starters", parameters=[ASSISTANT], responses=s.StartersSerializer)
    def get(self, request: Request) -> Response:
        version = asking.chosen(person(request), storable(request.query_params.get("assistant", "")))
        found: Sequence[Any] = selectors.starters(version) if version else starters(person(request))
        return Response(s.StartersSerializer({"results": found}).data)


class RegenerateView(APIView):
    """Answers the same question again."""

    scope = "chat"

    @extend_schema(operation_id="messages_regenerate", request=None, responses={202: s.AskedSerializer})
    def post(self, request: Request, id: UUID) -> Response:
        message = get_object_or_404(selectors.messages(person(request)), pk=id)
        return _asked(*actions.regenerate(person(request), message))


class FeedbackView(APIView):
    """What the caller thinks of an answer; a rating of null takes it back."""

    scope = "chat"

    @extend_schema(operation_id="messages_feedback", request=s.FeedbackSerializer, responses=s.FeedbackSerializer)
    def put(self, request: Request, id: UUID) -> Response:
        message = get_object_or_404(selectors.messages(person(request)), pk=id)
        body = s.FeedbackSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        feedback = actions.give_feedback(person(request), message, **body.validated_data)
        return Response({"rating": feedback.rating, "comment": feedback.comment} if feedback else _NO_FEEDBACK)


_NO_FEEDBACK: dict[str, Any] = {"rating": None, "comment": ""}


def _asked(question: Message, answer: Message) -> Response:
    run = answer.run
    facts = {"message": {"id": question.pk}, "answer": {"id": answer.pk}, "run": run}
    return Response(s.AskedSerializer(facts).data, status=202)
