"""How a run's events look to OpenAI's clients: the part that chats and raw completions share."""

import time
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from quarry.events import Event

from agents.models import Run
from apps.gateway.requests import Wanted

JSON = dict[str, Any]


class Shape(Protocol):
    """An answer on its way: `opening` and `chunks` while it is written, `whole` at once."""

    def opening(self) -> list[JSON]: ...

    def chunks(self, event: Event) -> list[JSON]: ...

    def whole(self, end: Event) -> JSON: ...


class Frame:
    """What stands around the choices."""

    def __init__(self, run: Run, wanted: Wanted, prefix: str, kind: str, chunk: str) -> None:
        self._wanted, self._kind, self._chunk = wanted, kind, chunk
        self._same = {"id": f"{prefix}-{run.pk.hex}", "created": int(time.time()), "model": wanted.model}

    def chunk(self, *choices: JSON) -> JSON:
        """A piece of the stream; where usage is asked for every piece but the last says null."""
        usage = {"usage": None} if self._wanted.usage else {}
        return {**self._same, "object": self._chunk, "choices": list(choices), **usage}

    def usage(self, end: Event) -> list[JSON]:
        """The stream's last piece, where it is asked for."""
        return [self.chunk() | {"usage": usage(end.data["usage"])}] if self._wanted.usage else []

    def whole(self, end: Event, choices: Iterable[JSON]) -> JSON:
        print_ = f"fp_{end.data['model_sha256'][:12]}" if end.data.get("model_sha256") else None
        facts = {"choices": list(choices), "usage": usage(end.data["usage"]), "system_fingerprint": print_}
        return {**self._same, "object": self._kind, **facts}


def usage(counted: Mapping[str, int] | None) -> JSON:
    """Token counts in OpenAI's words."""
    known = counted or {"prompt_tokens": 0, "cached_tokens": 0, "completion_tokens": 0}
    return {
        "prompt_tokens": known["prompt_tokens"],
        "completion_tokens": known["completion_tokens"],
        "total_tokens": known["prompt_tokens"] + known["completion_tokens"],
        "prompt_tokens_details": {"cached_tokens": known["cached_tokens"]},
    }


def token(latin: str) -> tuple[str, list[int]]:
    """A token as text and as bytes; half a character has only the latter."""
    raw = latin.encode("latin-1")
    return raw.decode("utf-8", "replace"), list(raw)
