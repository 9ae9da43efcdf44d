"""Addresses in what is sent away, and whether the person gave them: data goes to where it is sent."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .links import END

_ADDRESS = re.compile(
    rf"[a-z][a-z0-9+.-]{{1,15}}://[^{END}]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:[\w-]+\.)+[a-z]{{2,}}[/:][^{END}]*|"
    r"\b\d{1,3}(?:\.\d{1,3}){3}\b",
    re.IGNORECASE,
)


def strange(arguments: Mapping[str, Any], parameters: Mapping[str, Any], said: str) -> list[str]:
    """Addresses in a call's arguments that neither the person nor the function's own description names: they can only
    come from a text that was read on the way, or from nowhere."""
    known = f"{said}\n{json.dumps(parameters, ensure_ascii=False)}".casefold()
    found = (each.rstrip(".,;:!?") for text in _texts(arguments) for each in _ADDRESS.findall(text))
    return [each for each in dict.fromkeys(found) if not _stands(each.casefold(), known)]


def _stands(address: str, text: str) -> bool:
    """Whether the text holds the address as a whole, and not only its beginning."""
    return re.search(rf"(?<![\w.+-]){re.escape(address)}(?![\w@/?#=&%+-]|\.\w)", text) is not None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key)
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
