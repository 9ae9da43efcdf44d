from typing import Any

from drf_spectacular.utils import extend_schema_field
from quarry.api.sentences import Sentence
from rest_framework import serializers

from apps.evaluation import selectors
from apps.evaluation.models import Evaluation


class EvaluationSerializer(serializers.ModelSerializer[Evaluation]):
    """An evaluation in short."""

    total = serializers.IntegerField()
    done = serializers.IntegerField()
    right = serializers.IntegerField()
    malformed = serializers.IntegerField()
    status = serializers.ChoiceField(Evaluation.Status.choices, source="state")
    error = Sentence()

    class Meta:
        model = Evaluation
        fields = [
            *("id", "benchmark", "model", "model_sha256", "harness", "options", "machine", "status", "error"),
            *("total", "done", "right", "malformed", "created_at", "ended_at"),
        ]


class CategorySerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    right = serializers.IntegerField()
    malformed = serializers.IntegerField(help_text="Calls that were not well-formed to the end.")
    accuracy = serializers.FloatField(allow_null=True, help_text="Per cent of those that were tried.")
    seconds = serializers.FloatField(allow_null=True, help_text="For one task, on average.")


class FigureSerializer(serializers.Serializer[Any]):
    model = serializers.CharField()
    score = serializers.FloatField()


class EvaluationDetailSerializer(EvaluationSerializer):
    """An evaluation with its table, its score in per cent, and what publishers report beside it."""

    categories = serializers.SerializerMethodField()
    score = serializers.SerializerMethodField()
    published = serializers.SerializerMethodField()

    class Meta(EvaluationSerializer.Meta):
        fields = [*EvaluationSerializer.Meta.fields, "score", "categories", "published"]

    @extend_schema_field(CategorySerializer(many=True))
    def get_categories(self, evaluation: Evaluation) -> list[dict[str, Any]]:
        return selectors.categories(evaluation)

    def get_score(self, evaluation: Evaluation) -> float | None:
        return selectors.score(evaluation, selectors.categories(evaluation))

    @extend_schema_field(FigureSerializer(many=True))
    def get_published(self, evaluation: Evaluation) -> list[dict[str, Any]]:
        return selectors.published(evaluation.benchmark)
