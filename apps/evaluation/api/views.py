from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from apps.accounts.api.authentication import person
from apps.accounts.api.permissions import Administrator
from apps.evaluation import selectors
from apps.evaluation.api import serializers as s
from apps.evaluation.models import Evaluation


class EvaluationsView(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Evaluation]):
    """Benchmarks that were run here with `manage.py bench`, for administrators: newest first, each with its table."""

    permission_classes = [Administrator]
    scope = "admin"
    ordering = "-created_at"
    queryset = Evaluation.objects.none()

    def get_queryset(self) -> QuerySet[Evaluation]:
        return selectors.evaluations(person(self.request))

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return s.EvaluationDetailSerializer if self.action == "retrieve" else s.EvaluationSerializer
