from typing import Any

from drf_spectacular.utils import extend_schema_field
from quarry import secrets
from quarry.api.fields import JsonField
from quarry.api.sentences import Sentence
from rest_framework import serializers

from agents.tools import access, kinds
from agents.tools.models import Operation, Tool

NEEDS = {
    "oneOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "string"}}],
    "description": "true: each operation, false: none, a list: the operations of these names. "
    "Left out when a tool is made: those that write.",
}
RULE = {"type": "array", "items": {"type": "object", "additionalProperties": True}}
ADDED = [(kind.value, kind.label) for kind in Tool.Kind if kind != Tool.Kind.BUILTIN]


@extend_schema_field(NEEDS)
class NeedsField(JsonField):
    pass


@extend_schema_field(RULE)
class RuleField(JsonField):
    pass


class OperationSerializer(serializers.ModelSerializer[Operation]):
    title = Sentence()
    rule = RuleField()

    class Meta:
        model = Operation
        fields = [
            *("id", "name", "function", "title", "description", "parameters", "writes", "enabled", "needs_approval"),
            *("rule", "four_eyes"),
        ]


class ToolSerializer(serializers.ModelSerializer[Tool]):
    """A tool without its secret, which is never shown."""

    name = Sentence()
    description = Sentence()
    operations = OperationSerializer(many=True)
    settings = serializers.SerializerMethodField()
    auth = serializers.SerializerMethodField()
    egress = serializers.SerializerMethodField()
    has_secret = serializers.SerializerMethodField()
    secret_readable = serializers.SerializerMethodField()

    class Meta:
        model = Tool
        fields = [
            *("id", "slug", "name", "description", "kind", "settings", "auth", "egress", "enabled", "restricted"),
            *("groups", "calls_per_minute", "timeout", "has_secret", "secret_readable", "created_at", "operations"),
        ]

    def get_settings(self, tool: Tool) -> dict[str, Any]:
        """What only this kind has."""
        kind = kinds.get(tool.kind)
        hidden = {"auth", *(kind.hidden if kind else ())}
        return {name: value for name, value in tool.config.items() if name not in hidden}

    def get_auth(self, tool: Tool) -> dict[str, str]:
        return tool.config.get("auth") or {"type": "none"}

    def get_egress(self, tool: Tool) -> dict[str, list[str]]:
        return {"allow": list(tool.egress)}

    def get_has_secret(self, tool: Tool) -> bool:
        return bool(tool.secret)

    def get_secret_readable(self, tool: Tool) -> bool:
        """False where this installation's keys were changed: the secret must be given again."""
        try:
            secrets.decrypt(tool.secret)
        except secrets.Unreadable:
            return False
        return True


class AuthSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=["none", *access.AUTH])
    name = serializers.CharField(required=False, allow_blank=True, max_length=100, help_text="Of the header.")
    value = serializers.CharField(
        required=False, allow_blank=True, max_length=8000, trim_whitespace=False, write_only=True
    )


class EgressSerializer(serializers.Serializer[Any]):
    allow = serializers.ListField(child=serializers.CharField(max_length=300))


class ToolChangeSerializer(serializers.ModelSerializer[Tool]):
    """What every kind of tool has. Further fields are the kind's own."""

    auth = AuthSerializer(required=False, allow_null=True)
    egress = EgressSerializer(required=False)
    needs_approval = NeedsField(required=False)
    groups = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=200)
    timeout = serializers.IntegerField(required=False, min_value=1, max_value=300)
    calls_per_minute = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=10_000)

    class Meta:
        model = Tool
        fields = [
            *("name", "description", "auth", "needs_approval", "egress", "enabled", "restricted", "groups"),
            *("calls_per_minute", "timeout"),
        ]


class NewToolSerializer(ToolChangeSerializer):
    slug = serializers.SlugField(max_length=60, required=False)
    kind = serializers.ChoiceField(choices=ADDED)
    operations = serializers.ListField(
        child=serializers.CharField(max_length=200),
        required=False,
        allow_null=True,
        help_text="Names of those that are switched on; all where left out.",
    )

    class Meta(ToolChangeSerializer.Meta):
        fields = ["slug", "kind", *ToolChangeSerializer.Meta.fields, "operations"]


class OperationChangeSerializer(serializers.Serializer[Any]):
    enabled = serializers.BooleanField(required=False)
    needs_approval = serializers.ChoiceField(choices=Operation.Needs.choices, required=False)
    rule = RuleField(required=False)
    four_eyes = serializers.BooleanField(required=False)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    writes = serializers.BooleanField(required=False)

    def to_internal_value(self, data: Any) -> Any:
        """`needs_approval` may be true or false as well, as where a tool is made."""
        if isinstance(data, dict) and isinstance(data.get("needs_approval"), bool):
            data = data | {"needs_approval": "always" if data["needs_approval"] else "never"}
        return super().to_internal_value(data)


class TestSerializer(serializers.Serializer[Any]):
    operation = serializers.CharField(max_length=200)
    arguments = serializers.DictField(child=JsonField(allow_null=True), required=False)


class TestedSerializer(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    text = Sentence(help_text="What the model would read: the answer, or why there is none.")
    data = serializers.JSONField(allow_null=True)  # type: ignore[assignment]
    seconds = serializers.FloatField()


class UsableOperationSerializer(serializers.ModelSerializer[Operation]):
    title = Sentence()

    class Meta:
        model = Operation
        fields = ["name", "function", "title", "description", "writes", "needs_approval"]


class UsableToolSerializer(serializers.ModelSerializer[Tool]):
    """A tool as people see it who choose what an assistant may use."""

    name = Sentence()
    description = Sentence()
    operations = UsableOperationSerializer(many=True)

    class Meta:
        model = Tool
        fields = ["slug", "name", "description", "kind", "operations"]
