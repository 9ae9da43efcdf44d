"""An endpoint: a model that somebody else's runtime serves, as an administrator configured it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from quarry import egress

from ..types import ModelInfo
from .presets import PRESETS, Preset

PREFIX = "endpoint/"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`kind` is a preset's id and `model` the model's name there. `timeout` is how many seconds the first token may
    take; `concurrency`, how many requests this process sends at once. `extra` holds the kind's own fields; `prices`
    are those of `ModelInfo`."""

    slug: str
    kind: str
    base_url: str
    model: str
    secret: str = field(default="", repr=False)
    timeout: float = 120.0
    concurrency: int = 4
    allow_private: bool = False
    ca: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    prices: tuple[float, float] | None = None

    @property
    def name(self) -> str:
        """What callers put into `model=`."""
        return PREFIX + self.slug

    @property
    def preset(self) -> Preset:
        return PRESETS[self.kind]

    @property
    def info(self) -> ModelInfo:
        """Neither the digest nor the context of a remote model is known."""
        return ModelInfo(self.name, "", 0, self.prices)

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        if self.preset.protocol == "sagemaker" and not self.base_url:
            return f"https://runtime.sagemaker.{self.option('region')}.amazonaws.com"
        return self.base_url.rstrip("/")

    def option(self, name: str) -> str:
        """A field of this kind, or what it is where nobody says otherwise."""
        defaults = {each.name: each.default for each in self.preset.fields}
        return self.extra.get(name) or defaults.get(name, "")

    def policy(self) -> egress.Policy:
        """What may be called to reach it."""
        urls = [self.url, self.option("iam_url")]
        hosts = {egress.origin(url) for url in urls if url} | set(self.preset.hosts)
        return egress.Policy(frozenset(hosts | set(self.option("stream_host").split())), self.allow_private, self.ca)
