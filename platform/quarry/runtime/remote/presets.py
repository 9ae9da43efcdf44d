"""The services that an administrator picks from: how each is spoken to, where it usually is, and what it must know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

ProtocolName: TypeAlias = Literal["openai", "watsonx", "replicate", "sagemaker"]
Need: TypeAlias = Literal["none", "optional", "required"]


@dataclass(frozen=True, slots=True)
class Field:
    """Something that only this kind of service must know."""

    name: str
    default: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Preset:
    """`own_network`: usually within the company, so that the form offers private addresses at once. `hosts`: where
    the service's answers may lead to besides the base URL."""

    id: str
    name: str
    protocol: ProtocolName
    base_url: str
    key: Need
    own_network: bool = False
    fields: Sequence[Field] = ()
    hosts: Sequence[str] = ()


WATSONX = (
    Field("project_id"),
    Field("space_id"),
    Field("version", "2025-02-11"),
    Field("iam_url", "https://iam.cloud.ibm.com"),
)
SAGEMAKER = (Field("region", required=True), Field("access_key_id", required=True), Field("inference_component"))
REPLICATE_HOSTS = ("stream.replicate.com:443", "streaming.api.replicate.com:443")

PRESETS = {
    preset.id: preset
    for preset in (
        Preset("vllm", "vLLM", "openai", "http://localhost:8000/v1", "optional", True),
        Preset("ollama", "Ollama", "openai", "http://localhost:11434/v1", "optional", True),
        Preset("lmstudio", "LM Studio", "openai", "http://localhost:1234/v1", "optional", True),
        Preset("docker", "Docker Model Runner", "openai", "http://localhost:12434/engines/v1", "none", True),
        Preset("nim", "NVIDIA NIM", "openai", "http://localhost:8000/v1", "optional", True),
        Preset("mlx", "MLX", "openai", "http://localhost:8080/v1", "none", True),
        Preset("nexaml", "NexaML", "openai", "http://localhost:18181/v1", "none", True),
        Preset("huggingface", "Hugging Face", "openai", "https://router.huggingface.co/v1", "required"),
        Preset("azure", "Azure AI Foundry", "openai", "", "required", fields=(Field("api_version"),)),
        Preset("watsonx", "watsonx.ai", "watsonx", "https://us-south.ml.cloud.ibm.com", "required", fields=WATSONX),
        Preset(
            "replicate",
            "Replicate",
            "replicate",
            "https://api.replicate.com/v1",
            "required",
            fields=(Field("stream_host"),),
            hosts=REPLICATE_HOSTS,
        ),
        Preset("sagemaker", "Amazon SageMaker", "sagemaker", "", "required", fields=SAGEMAKER),
        Preset("openai", "OpenAI-compatible", "openai", "", "optional"),
    )
}
