"""What Quarry knows about models: `catalogue.toml` and what was added to this installation, typed.

Memory that a chat model needs is computed, in bytes, as

    weights            the file's size (it is mapped, so this is its upper bound)
    + context cache    2 (K and V) x attention layers x KV heads x head size x 2 (f16) x context
    + recurrent state  Mamba-2 layers x (2 x hidden x state size + convolution) x 4 (f32), independent of the context
                       (both once a sequence: as many as the engine answers at once)
    + overhead         compute buffers: 4 bytes x 512 (micro-batch) x (vocabulary + 12 x hidden), and 96 MiB of process

so a hybrid's need hardly grows with its context, and a dense model's does.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from . import added, settings
from .types import InvalidRequest

BITS_PER_WEIGHT = 4.95  # of Q4_K_M with its larger embedding and output, from the published files
SSM_EXPANSION = 2
CONVOLUTION = 4
MICRO_BATCH = 512
VOCABULARY = 151_936  # the largest of the families in the catalogue
PROCESS = 96 * 2**20
Kind = Literal["chat", "embedding", "reranker", "guardian"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ID, FILE = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}"), re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True, slots=True)
class Shape:
    """Dimensions that memory depends on."""

    attention_layers: int
    recurrent_layers: int
    hidden: int
    kv_heads: int
    head_size: int
    state_size: int = 0
    ssm_heads: int = 0

    def context_bytes(self, context: int) -> int:
        """The K and V cache of `context` tokens, in 16 bits."""
        return 2 * self.attention_layers * self.kv_heads * self.head_size * 2 * context

    def state_bytes(self) -> int:
        """The recurrent state of one sequence, in 32 bits."""
        inner = SSM_EXPANSION * self.hidden
        convolution = (CONVOLUTION - 1) * (inner + 2 * self.state_size)
        return self.recurrent_layers * (inner * self.state_size + convolution) * 4

    def overhead_bytes(self) -> int:
        return 4 * MICRO_BATCH * (VOCABULARY + 12 * self.hidden) + PROCESS


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model's bytes can be had; which fields count depends on `kind`."""

    kind: Literal["hub", "wheels", "package", "local"]
    repo: str = ""
    file: str = ""
    revision: str = "main"
    package: str = ""
    version: str = ""
    parts: int = 0
    member: str = ""
    sha256: str | None = None

    def __str__(self) -> str:
        if self.kind == "local":
            return "added here"
        return self.repo if self.kind == "hub" else f"{self.package.replace('{n}', '*')} (Python packages)"


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who signs models with Sigstore: who, and who vouches for that."""

    identity: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the catalogue."""

    id: str
    name: str
    kind: Kind
    family: str
    architecture: str
    variant: Literal["instruct", "base"]
    licence: str
    parameters: int
    context: int
    sources: tuple[Source, ...]
    quantisation: str = ""
    active: int | None = None
    size: int | None = None
    sha256: str | None = None
    rank: int | None = None
    starter: bool = False
    shape: Shape | None = None
    dimension: int | None = None
    query_prompt: str = ""
    passage_prompt: str = ""
    related: float | None = None
    signers: tuple[Identity, ...] = ()

    @property
    def added(self) -> bool:
        """Whether an administrator brought it; it can be had from nowhere else."""
        return all(source.kind == "local" for source in self.sources)

    @property
    def size_bytes(self) -> int:
        """The file's size, estimated where it is not known."""
        return self.size or int(self.parameters * BITS_PER_WEIGHT / 8)

    @property
    def hybrid(self) -> bool:
        return bool(self.shape and self.shape.recurrent_layers)

    @property
    def file_name(self) -> str:
        return next((s.file for s in self.sources if s.file), f"{self.id}.gguf")

    def memory_bytes(self, context: int | None = None, slots: int = 1) -> int:
        """What loading it takes with `context` tokens (the engine's default where None) for each of `slots` sequences;
        see the module's text."""
        if self.shape is None:
            return self.size_bytes + PROCESS
        tokens = min(context or 8192, self.context)
        shape = self.shape
        sequence = shape.context_bytes(tokens) + shape.state_bytes()
        return self.size_bytes + slots * sequence + shape.overhead_bytes()


def model_of(entry: Any, signers: Mapping[str, list[Any]] | None = None) -> Model:
    """The typed entry; `InvalidRequest` where it is not one."""
    try:
        values = dict(entry)
        sources = tuple(Source(**source) for source in values.pop("sources"))
        shape = Shape(**values.pop("shape")) if "shape" in values else None
        known = tuple(Identity(**each) for each in (signers or {}).get(values["family"], []))
        model = Model(sources=sources, shape=shape, signers=known, **values)
    except (TypeError, KeyError, ValueError) as error:
        raise InvalidRequest(f"This is no entry of a catalogue: {error}") from error
    _check(model)
    return model


def _check(model: Model) -> None:
    """An id and a file's name become paths: they must not lead anywhere else."""
    if not isinstance(model.id, str) or not ID.fullmatch(model.id) or model.kind not in KINDS:
        raise InvalidRequest(f'"{model.id}" is no id of a model: use small letters, digits, dots and hyphens.')
    names = [source.file for source in model.sources if source.file]
    if not all(isinstance(name, str) and FILE.fullmatch(name) for name in names):
        raise InvalidRequest(f'The file of "{model.id}" has an impossible name.')
    numbers = (model.parameters, model.context, model.size or 0, model.active or 0)
    if not all(isinstance(number, int) and 0 <= number < 2**60 for number in numbers):
        raise InvalidRequest(f'The entry of "{model.id}" holds impossible numbers.')


@cache
def built_in() -> tuple[Model, ...]:
    """The models of `catalogue.toml`, in its order."""
    found = tomllib.loads(Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8"))
    return tuple(model_of(entry, found["signers"]) for entry in found["models"])


def models() -> tuple[Model, ...]:
    """Every model: the catalogue's own, then those that were added to this installation."""
    return built_in() + added.models(settings.current().models)


def named(model_id: str) -> Model | None:
    """The model of this id, whatever it is for."""
    return next((model for model in models() if model.id == model_id), None)


def find(model_id: str, kind: str = "chat") -> Model:
    """The model of this id; an unknown id is refused with the ids that there are."""
    known = [m for m in models() if m.kind == kind]
    for model in known:
        if model.id == model_id:
            return model
    ids = ", ".join(m.id for m in known)
    raise InvalidRequest(f'There is no {kind} model "{model_id}" in the catalogue. Known: {ids}.')
