from typing import Any

from rest_framework import serializers

from apps.accounts.models import ApiKey, Group, User
from apps.accounts.policies import SCOPES


class GroupNameSerializer(serializers.ModelSerializer[Group]):
    class Meta:
        model = Group
        fields = ["id", "name"]


class PersonNameSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "email", "name"]


class MeSerializer(serializers.ModelSerializer[User]):
    groups = GroupNameSerializer(many=True, read_only=True)

    class Meta:
        model = User
        fields = ["id", "email", "name", "role", "language", "groups"]
        read_only_fields = ["email", "role"]


class PersonSerializer(serializers.ModelSerializer[User]):
    groups = GroupNameSerializer(many=True, read_only=True)

    class Meta:
        model = User
        fields = ["id", "email", "name", "role", "language", "is_active", "groups", "last_login", "created_at"]


class PersonChangeSerializer(serializers.ModelSerializer[User]):
    groups = serializers.PrimaryKeyRelatedField(many=True, queryset=Group.objects.all(), required=False)

    class Meta:
        model = User
        fields = ["name", "role", "language", "is_active", "groups"]


class NewPersonSerializer(PersonChangeSerializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(required=False, allow_blank=True, max_length=200, trim_whitespace=False)

    class Meta(PersonChangeSerializer.Meta):
        fields = ["email", "password", "name", "role", "language", "groups"]


class GroupSerializer(serializers.ModelSerializer[Group]):
    members = PersonNameSerializer(many=True, read_only=True)

    class Meta:
        model = Group
        fields = ["id", "name", "description", "members", "created_at"]


class GroupWriteSerializer(serializers.Serializer[dict[str, Any]]):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=500, required=False, allow_blank=True)
    members = serializers.PrimaryKeyRelatedField(many=True, queryset=User.objects.all(), required=False)


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    class Meta:
        model = ApiKey
        fields = ["id", "name", "prefix", "scopes", "created_at", "last_used_at"]


class NewApiKeySerializer(serializers.Serializer[dict[str, Any]]):
    name = serializers.CharField(max_length=120)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=list(SCOPES)), required=False)


class ApiKeyOnceSerializer(ApiKeySerializer):
    key = serializers.CharField(read_only=True, help_text="Shown this once.")

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "key"]


class PasswordSerializer(serializers.Serializer[dict[str, Any]]):
    password = serializers.CharField()


class PasswordChangeSerializer(serializers.Serializer[dict[str, Any]]):
    current = serializers.CharField(max_length=200, trim_whitespace=False)
    new = serializers.CharField(max_length=200, trim_whitespace=False)
