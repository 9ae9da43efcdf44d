import math
from typing import Any

from rest_framework import serializers

from agents.api.serializers import RunStatusSerializer
from agents.assistants import policies, selectors
from agents.assistants.checks import invalid
from agents.assistants.models import Assistant, Version
from apps.accounts.api.serializers import GroupNameSerializer
from apps.accounts.models import Group

MOST_NAMED, MOST_STARTERS, LONGEST_QUESTION, MOST_TURNS = 100, 8, 8000, 20
HIDDEN = "only for those who may change it"


class Text(serializers.CharField):
    """A text of some length, which may be left empty."""

    def __init__(self, most: int, **more: Any) -> None:
        super().__init__(max_length=most, required=False, allow_blank=True, **more)


class LimitField(serializers.FloatField):
    """A whole number where it is one."""

    def to_internal_value(self, data: Any) -> float:
        value = super().to_internal_value(data)
        if not math.isfinite(value):
            self.fail("invalid")
        return int(value) if value.is_integer() else value

    def to_representation(self, value: Any) -> Any:
        return value


class StartersField(serializers.ListField):
    child = serializers.CharField(max_length=200)

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=MOST_STARTERS, required=False, **more)


class TranslationSerializer(serializers.Serializer[Any]):
    """Texts in another language; those that are left out are as in the version itself."""

    name = serializers.CharField(max_length=120, required=False)
    purpose = Text(500)
    greeting = Text(500)
    starters = StartersField()


class TranslationsField(serializers.DictField):
    child = TranslationSerializer()

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().to_internal_value(data)
        if unknown := [language for language in found if language not in selectors.LANGUAGES]:
            raise invalid(f"translations.{unknown[0]}", "There are translations into en and zh-Hant only.")
        return {language: dict(texts) for language, texts in found.items() if texts}


class ContentSerializer(serializers.Serializer[dict[str, Any]]):
    """What a version holds. `model` is the first of `models`; without either the installation's own order answers."""

    name = serializers.CharField(max_length=120, required=False)
    picture = Text(40, help_text="the name of a picture of the page's, or an emoji")
    purpose = Text(500)
    instructions = Text(8000)
    model = serializers.CharField(max_length=120, required=False, allow_blank=True, allow_null=True)
    models = serializers.ListField(
        child=serializers.CharField(max_length=120),
        required=False,
        max_length=10,
        help_text="the first that can answers",
    )
    collections = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        allow_null=True,
        max_length=MOST_NAMED,
        help_text="null: all that the asking person may read",
    )
    tools = serializers.ListField(
        child=serializers.CharField(max_length=300),
        required=False,
        max_length=MOST_NAMED,
        help_text="`tool` or `tool/operation`",
    )
    limits = serializers.DictField(
        child=LimitField(), required=False, help_text="steps, tokens, seconds, calls; cost, of models with a price"
    )
    greeting = Text(500)
    starters = StartersField()
    translations = TranslationsField(required=False, help_text="by language: en, zh-Hant")
    note = Text(500, help_text="what is new in this version")

    def to_internal_value(self, data: Any) -> Any:
        """As the version's columns have it."""
        found = super().to_internal_value(data)
        if "model" in found or "models" in found:
            first, rest = found.pop("model", None), found.pop("models", [])
            found["model_order"] = list(dict.fromkeys([*([first] if first else []), *rest]))
        for name in ("collections", "tools"):
            if found.get(name) is not None:
                found[name] = list(dict.fromkeys(map(str, found[name])))
        return found


class ChangeSerializer(ContentSerializer):
    enabled = serializers.BooleanField(required=False)
    restricted = serializers.BooleanField(required=False, help_text="to `groups`; else everybody may use it")
    groups = serializers.PrimaryKeyRelatedField(many=True, queryset=Group.objects.all(), required=False)
    editors = serializers.PrimaryKeyRelatedField(many=True, queryset=Group.objects.all(), required=False)
    publish = serializers.BooleanField(
        required=False, help_text="false: the new version stays a draft; named at all, the newest version is changed"
    )
    base = serializers.IntegerField(required=False, min_value=1, help_text="the newest version that you saw")


class NewAssistantSerializer(ChangeSerializer):
    slug = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=120)


class UsableModelSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()


class UsableModelsSerializer(serializers.Serializer[Any]):
    results = UsableModelSerializer(many=True)


class PublishSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1)


class TurnSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(["user", "assistant"])
    content = serializers.CharField(max_length=20_000)


class TrialSerializer(ContentSerializer):
    content = serializers.CharField(max_length=LONGEST_QUESTION)
    version = serializers.IntegerField(min_value=1, required=False, help_text="else the newest, with the fields given")
    history = serializers.ListField(child=TurnSerializer(), required=False, max_length=MOST_TURNS)


class TriedSerializer(serializers.Serializer[Any]):
    run = RunStatusSerializer()


class VersionSerializer(serializers.ModelSerializer[Version]):
    models = serializers.JSONField(source="model_order", help_text="list of names")
    created_by = serializers.CharField(source="created_by.name", default=None, allow_null=True)
    published = serializers.SerializerMethodField()

    class Meta:
        model = Version
        fields = [
            *("number", "published", "name", "picture", "purpose", "instructions", "models", "collections", "tools"),
            *("limits", "greeting", "starters", "translations", "note", "created_by", "created_at"),
        ]

    def get_published(self, version: Version) -> bool:
        return version.assistant.published_id == version.pk


class DifferenceSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class DifferencesSerializer(serializers.Serializer[Any]):
    results = DifferenceSerializer(many=True)


class AssistantSerializer(serializers.ModelSerializer[Assistant]):
    """What everybody sees who may use it, in the reader's language; what it is made of, for those who may change it."""

    name = serializers.CharField()
    picture = serializers.CharField()
    purpose = serializers.CharField()
    greeting = serializers.CharField()
    starters = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField(allow_null=True, help_text="the number of the version that answers")
    can_edit = serializers.BooleanField()
    can_delete = serializers.BooleanField()
    newest = serializers.IntegerField(required=False, help_text=HIDDEN)
    instructions = serializers.CharField(required=False, help_text=HIDDEN)
    model = serializers.CharField(required=False, allow_null=True, help_text=HIDDEN)
    models = serializers.ListField(child=serializers.CharField(), required=False, help_text=HIDDEN)
    collections = serializers.ListField(
        child=serializers.UUIDField(), required=False, allow_null=True, help_text=HIDDEN
    )
    tools = serializers.ListField(child=serializers.CharField(), required=False, help_text=HIDDEN)
    limits = serializers.DictField(child=LimitField(), required=False, help_text=HIDDEN)
    groups = GroupNameSerializer(many=True, required=False, help_text=HIDDEN)
    editors = GroupNameSerializer(many=True, required=False, help_text=HIDDEN)

    class Meta:
        model = Assistant
        fields = [
            *("slug", "name", "picture", "purpose", "greeting", "starters", "version", "ready_made", "enabled"),
            *("restricted", "can_edit", "can_delete", "created_at", "newest", "instructions", "model", "models"),
            *("collections", "tools", "limits", "groups", "editors"),
        ]

    def to_representation(self, assistant: Assistant) -> dict[str, Any]:
        person, editable = self.context["request"].user, self.context["editable"]
        version = assistant.published or selectors.newest(assistant)
        facts = {
            name: getattr(assistant, name) for name in ("slug", "ready_made", "enabled", "restricted", "created_at")
        }
        facts |= {name: selectors.said_by(version, name) for name in ("name", "purpose", "greeting", "starters")}
        facts |= {"picture": version.picture, "version": assistant.published.number if assistant.published else None}
        can_edit = assistant.pk in editable
        facts |= {"can_edit": can_edit, "can_delete": can_edit and policies.may_own(person, assistant)}
        return facts | (self._inside(assistant, version) if can_edit else {})

    def _inside(self, assistant: Assistant, version: Version) -> dict[str, Any]:
        facts = {name: getattr(version, name) for name in ("instructions", "collections", "tools", "limits")}
        order = version.model_order
        facts |= {"model": order[0] if order else None, "models": order, "newest": assistant.newest_number}  # type: ignore[attr-defined]
        groups, editors = (
            GroupNameSerializer(rows.all(), many=True).data for rows in (assistant.groups, assistant.editors)
        )
        return facts | {"groups": groups, "editors": editors}
