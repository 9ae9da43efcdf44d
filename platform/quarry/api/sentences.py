"""What the server says to people, in their language.

Sentences are written and stored in English, which integrators get and the audit log keeps. They are translated when
they are read, by the catalogue beside this file, where the request asks for a language that has one; see
`quarry.api.language`. A sentence that the catalogue does not know stays English.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers

CATALOGUES = {"zh-hant": Path(__file__).with_name("sentences.zh-Hant.toml")}


def said(sentence: str) -> str:
    """The sentence in the language of the request that is being answered; in English where none is."""
    return translated(sentence, get_language() or "")


def said_in(facts: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """The facts with the sentences under `keys` in the reader's language."""
    return {key: said(value) if key in keys and isinstance(value, str) else value for key, value in facts.items()}


class Sentence(serializers.CharField):
    """A sentence of the server's in an answer."""

    def to_representation(self, value: Any) -> str:
        return said(super().to_representation(value))


@lru_cache(maxsize=1024)
def translated(sentence: str, language: str) -> str:
    """The sentence in a language as Django names it. What stands in for a placeholder may be a sentence itself."""
    for pattern, template in _patterns(language):
        if match := pattern.fullmatch(sentence):
            values = {name: translated(value, language) for name, value in match.groupdict().items()}
            return template.format(**values)
    return sentence


def catalogue(language: str) -> dict[str, str]:
    """English templates with `{placeholders}` and what they are in `language`."""
    sections = tomllib.loads(CATALOGUES[language].read_text(encoding="utf-8"))
    return {english: other for section in sections.values() for english, other in section.items()}


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    """The most exact first: of two templates that fit, the one with less left open is meant."""
    found = catalogue(language) if language in CATALOGUES else {}
    ordered = sorted(found.items(), key=lambda pair: -len(re.sub(r"{.*?}", "", pair[0])))
    return [(_pattern(english), other) for english, other in ordered]


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("".join(_part(*part) for part in Formatter().parse(template)), re.DOTALL)


def _part(text: str, name: str | None, _: str | None, conversion: str | None) -> str:
    value = f"(?P<{name}>.*?)" if name else ""
    return re.escape(text) + (f"['\"]{value}['\"]" if conversion == "r" else value)
