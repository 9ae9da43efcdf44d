from typing import Any

from quarry.api.sentences import Sentence
from quarry.runtime.catalogue import KINDS
from quarry.runtime.describe import KINDS as ADDABLE
from rest_framework import serializers

from apps.library.models import Job


class LoadedSerializer(serializers.Serializer[Any]):
    """A worker that holds the model; speeds and memory as it measured them."""

    role = serializers.CharField()
    host = serializers.CharField()
    pid = serializers.IntegerField()
    slots = serializers.IntegerField(allow_null=True, help_text="answers at the same time")
    context = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]  # named as DRF names one of its own
    memory_bytes = serializers.IntegerField(allow_null=True)
    reads = serializers.FloatField(allow_null=True, help_text="prompt tokens a second, measured here")
    writes = serializers.FloatField(allow_null=True, help_text="tokens of the answer a second, measured here")


class ModelSerializer(serializers.Serializer[Any]):
    """A model of the catalogue, as this machine sees it."""

    id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(list(KINDS))
    family = serializers.CharField()
    architecture = serializers.CharField()
    variant = serializers.CharField()
    hybrid = serializers.BooleanField(help_text="Mamba-2 layers with a few attention layers")
    parameters = serializers.IntegerField()
    size_bytes = serializers.IntegerField()
    memory_bytes = serializers.IntegerField(help_text="weights, context cache and buffers at the default context")
    context = serializers.IntegerField(help_text="tokens")  # type: ignore[assignment]  # likewise
    licence = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # likewise
    revision = serializers.CharField(allow_blank=True)
    sha256 = serializers.CharField(allow_null=True, help_text="null where none is pinned yet")
    installed = serializers.BooleanField()
    verified = serializers.BooleanField(help_text="its bytes were checked as they now are")
    added = serializers.BooleanField(help_text="by an administrator, not from the catalogue")
    signature = serializers.ChoiceField(["unsigned", "signed", "untrusted", "invalid"])
    signer = serializers.CharField(allow_blank=True, help_text="the trusted signer")
    refused = serializers.CharField(allow_blank=True, help_text="why it is not loaded although it is here")
    fits = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True, help_text="why it does not fit")
    active = serializers.BooleanField(help_text="a worker holds it")
    chosen = serializers.BooleanField(help_text="the workers load it when they start the next time")
    loaded = LoadedSerializer(many=True)


class JobSerializer(serializers.ModelSerializer[Job]):
    error = Sentence()

    class Meta:
        model = Job
        fields = ["id", "model", "kind", "status", "done", "total", "error", "created_at", "ended_at"]


class ModelsSerializer(serializers.Serializer[Any]):
    results = ModelSerializer(many=True)
    jobs = JobSerializer(many=True)
    named = serializers.CharField(
        allow_null=True, help_text="the model that QUARRY_MODEL names: no other can be chosen"
    )


class NewModelSerializer(serializers.Serializer[dict[str, str]]):
    id = serializers.CharField(max_length=80)
    name = serializers.CharField(max_length=120)
    licence = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField(list(ADDABLE), default="chat")
    incoming = serializers.CharField(max_length=255, help_text="a file in the folder `incoming` of the models' folder")


class ArrivalSerializer(serializers.Serializer[Any]):
    file = serializers.CharField()
    size_bytes = serializers.IntegerField()


class ArrivalsSerializer(serializers.Serializer[Any]):
    folder = serializers.CharField()
    results = ArrivalSerializer(many=True)


class KeySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    pem = serializers.CharField(max_length=2000, help_text="the public key")


class IdentitySerializer(serializers.Serializer[Any]):
    identity = serializers.CharField(max_length=254)
    issuer = serializers.URLField(max_length=254)


class PolicySerializer(serializers.Serializer[Any]):
    """Whose signatures count, and whether a model must bear one."""

    require_signature = serializers.BooleanField()
    keys = KeySerializer(many=True)
    identities = IdentitySerializer(many=True)
