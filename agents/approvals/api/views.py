from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.approvals import actions, mail, selectors
from agents.approvals.api import serializers as s
from agents.approvals.models import Approval, Decision
from agents.models import Run
from apps.accounts.api.authentication import person
from apps.accounts.models import ApiKey


class ApprovalsView(GenericAPIView[Approval]):
    """What waits for the caller's decision, newest first."""

    scope = "chat"
    serializer_class = s.ApprovalSerializer
    ordering = "-created_at"
    queryset = Approval.objects.none()

    def get_queryset(self) -> QuerySet[Approval]:
        return selectors.waiting_for(person(self.request))

    @extend_schema(operation_id="approvals_list", responses=s.ApprovalSerializer(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([selectors.facts(person(request), each) for each in page])


class DecideView(APIView):
    """Answers a step that waits for a person: its own person, or the second one where two must agree. 409 where it
    does not wait."""

    scope = "chat"

    @extend_schema(operation_id="runs_approve", request=s.DecideSerializer, responses={202: s.DecidedSerializer})
    def post(self, request: Request, id: UUID, step: UUID) -> Response:
        via = Decision.Via.API if isinstance(request.auth, ApiKey) else Decision.Via.PAGE
        return _decided(actions.decide(person(request), id, step, via=via, **_body(request)))


class LinkView(APIView):
    """Where a mail's link leads, for the person to whom it was written. Looking decides nothing; a decision uses the
    link up."""

    scope = "chat"

    @extend_schema(operation_id="approvals_link", responses=s.ApprovalSerializer)
    def get(self, request: Request, token: str) -> Response:
        return Response(selectors.facts(person(request), mail.opened(person(request), token)))

    @extend_schema(
        operation_id="approvals_link_decide", request=s.DecideSerializer, responses={202: s.DecidedSerializer}
    )
    def post(self, request: Request, token: str) -> Response:
        approval = mail.opened(person(request), token)
        made = actions.decide(
            person(request), approval.run_id, approval.step_id, via=Decision.Via.MAIL, **_body(request)
        )
        return _decided(made)


def _body(request: Request) -> dict[str, Any]:
    body = s.DecideSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def _decided(approval: Approval) -> Response:
    status = Run.objects.values_list("status", flat=True).get(pk=approval.run_id)
    return Response({"id": approval.run_id, "status": status, "approval": approval.status}, status=202)
