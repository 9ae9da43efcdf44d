import math
from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema_field
from quarry import secrets
from quarry.api.sentences import Sentence
from quarry.runtime.remote import PRESETS, Preset
from rest_framework import serializers

from apps.endpoints.models import PRICES, Endpoint

FIELD = {
    "type": "object",
    "required": ["name", "default", "required"],
    "properties": {"name": {"type": "string"}, "default": {"type": "string"}, "required": {"type": "boolean"}},
}
KINDS = [(preset.id, preset.name) for preset in PRESETS.values()]


class Options(serializers.DictField):
    child = serializers.CharField(max_length=500, allow_blank=True, trim_whitespace=True)


class Price(serializers.FloatField):
    """Of a million tokens."""

    def to_internal_value(self, data: Any) -> float:
        value = super().to_internal_value(data)
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class EndpointSerializer(serializers.ModelSerializer[Endpoint]):
    """An endpoint without its secret, which is never shown."""

    options = Options(required=False)
    has_secret = serializers.SerializerMethodField()
    secret_readable = serializers.SerializerMethodField()

    class Meta:
        model = Endpoint
        fields = [
            *("slug", "name", "kind", "base_url", "model", "options", "ca", "allow_private", "concurrency", "timeout"),
            *("price_input", "price_output", "enabled", "has_secret", "secret_readable", "created_at"),
        ]

    def get_has_secret(self, endpoint: Endpoint) -> bool:
        return bool(endpoint.secret)

    def get_secret_readable(self, endpoint: Endpoint) -> bool:
        """False where this installation's keys were changed: the secret must be given again."""
        try:
            secrets.decrypt(endpoint.secret)
        except secrets.Unreadable:
            return False
        return True


class EndpointChangeSerializer(serializers.ModelSerializer[Endpoint]):
    options = Options(required=False)
    ca = serializers.CharField(required=False, allow_blank=True, max_length=100_000)
    secret = serializers.CharField(
        required=False, allow_blank=True, max_length=4000, write_only=True, help_text="Stays as it is where left out."
    )
    price_input = Price(required=False, allow_null=True, validators=PRICES, help_text="of a million tokens read")
    price_output = Price(required=False, allow_null=True, validators=PRICES, help_text="of a million tokens written")

    class Meta:
        model = Endpoint
        fields = [
            *("name", "base_url", "model", "secret", "options", "ca", "allow_private", "concurrency", "timeout"),
            *("price_input", "price_output", "enabled"),
        ]


class NewEndpointSerializer(EndpointChangeSerializer):
    slug = serializers.SlugField(max_length=60)
    kind = serializers.ChoiceField(choices=KINDS)

    class Meta(EndpointChangeSerializer.Meta):
        fields = ["slug", "kind", *EndpointChangeSerializer.Meta.fields]


class PresetSerializer(serializers.Serializer[Any]):
    """A service that one can pick: what it is called, where it usually is, what it must know."""

    id = serializers.CharField()
    name = serializers.CharField()
    base_url = serializers.CharField()
    key = serializers.ChoiceField(choices=["none", "optional", "required"])
    own_network = serializers.BooleanField()
    options = serializers.SerializerMethodField()

    @extend_schema_field({"type": "array", "items": FIELD})
    def get_options(self, preset: Preset) -> list[dict[str, Any]]:
        return [asdict(field) for field in preset.fields]


class PresetsSerializer(serializers.Serializer[Any]):
    results = PresetSerializer(many=True)


class OrderSerializer(serializers.Serializer[Any]):
    order = serializers.ListField(
        child=serializers.CharField(max_length=100),
        max_length=200,
        help_text='"embedded" and "endpoint/<slug>"; the first that can answers.',
    )


class CheckedSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    status = serializers.ChoiceField(choices=["passed", "failed", "missing", "skipped"])
    detail = Sentence()
    seconds = serializers.FloatField()


class DiagnosisSerializer(serializers.Serializer[Any]):
    passed = serializers.BooleanField()
    steps = CheckedSerializer(many=True)
    models = serializers.ListField(child=serializers.CharField())
