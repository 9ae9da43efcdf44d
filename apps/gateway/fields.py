"""Reading what a program sent: JSON of any shape, each field checked and named in its refusal."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from quarry.api import Problem
from quarry.text import storable

DEEPEST = 60
Default = TypeVar("Default")


def invalid(name: str, sentence: str, code: str = "validation") -> Problem:
    """The problem that names the field."""
    return Problem(400, sentence, code=code, errors={name: [sentence]})


class Fields:
    """A JSON object. A field that is null counts as not sent, as with OpenAI."""

    def __init__(self, found: Mapping[str, Any], path: str = "") -> None:
        self.found, self.path = found, path

    def name(self, field: str) -> str:
        """The field as the refusal calls it."""
        return f"{self.path}.{field}" if self.path else field

    def has(self, field: str) -> bool:
        return self.found.get(field) is not None

    def get(self, field: str) -> Any:
        return self.found.get(field)

    def number(self, field: str, low: float, high: float, default: Default) -> float | Default:
        value = self.get(field)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            name = self.name(field)
            raise invalid(name, f"{name} must be a number from {low:g} to {high:g}.")
        return float(value)

    def integer(self, field: str, low: int, high: int, default: Default) -> int | Default:
        value = self.get(field)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            name = self.name(field)
            raise invalid(name, f"{name} must be a whole number from {low} to {high}.")
        return value

    def flag(self, field: str, default: bool = False) -> bool:
        value = self.get(field)
        if value is None:
            return default
        if not isinstance(value, bool):
            self._must(field, "true or false")
        return value

    def text(self, field: str) -> str:
        """A text that must be there."""
        value = self.get(field)
        if not isinstance(value, str) or not value:
            self._must(field, "a text")
        return value

    def optional(self, field: str) -> str:
        value = self.get(field)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._must(field, "a text")
        return value

    def word(self, field: str, words: Sequence[str], default: str) -> str:
        """One of a few words."""
        value = self.get(field)
        if value is None:
            return default
        if value not in words:
            name, known = self.name(field), ", ".join(words)
            raise invalid(name, f"{name} must be one of: {known}.")
        return value

    def items(self, field: str, most: int) -> list[Any]:
        """A list; without the field an empty one."""
        value = self.get(field)
        if value is None:
            return []
        if not isinstance(value, list):
            self._must(field, "a list")
        if len(value) > most:
            name = self.name(field)
            raise invalid(name, f"{name} may have at most {most} entries.")
        return value

    def texts(self, field: str, most: int) -> list[str]:
        """A text or a list of texts, none of them empty."""
        value = self.get(field)
        found = [value] if isinstance(value, str) else self.items(field, most)
        if not all(isinstance(each, str) and each for each in found):
            self._must(field, "a text, or a list of texts, and none may be empty")
        return found

    def prompts(self, field: str, most: int) -> list[str]:
        """What a model is to read: at least one text. OpenAI takes numbers of tokens as well; they are refused."""
        value, name = self.get(field), self.name(field)
        if isinstance(value, list) and any(isinstance(each, int | list) for each in value):
            raise invalid(name, f"{name} must be text: numbers of tokens are not read.", "unsupported-parameter")
        if not (found := self.texts(field, most)):
            raise invalid(name, f"{name} is missing.")
        return found

    def object(self, field: str) -> "Fields | None":
        value = self.get(field)
        return None if value is None else fields(value, self.name(field))

    def objects(self, field: str, most: int) -> list["Fields"]:
        return [fields(each, f"{self.name(field)}[{place}]") for place, each in enumerate(self.items(field, most))]

    def _must(self, field: str, what: str) -> NoReturn:
        name = self.name(field)
        raise invalid(name, f"{name} must be {what}.")


def fields(value: Any, path: str) -> Fields:
    """The value as an object, which it must be."""
    if not isinstance(value, dict):
        raise invalid(path, f"{path} must be an object.")
    return Fields(value, path)


def read(body: bytes) -> Fields:
    """A request's body."""
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_no_number)
        shallow = _depth(found) <= DEEPEST
    except RecursionError:
        shallow = False
    except ValueError:
        raise Problem(400, "The body is not JSON in UTF-8.", code="validation") from None
    if not shallow:
        raise Problem(400, "The JSON is nested too deeply.", code="validation")
    if not isinstance(found, dict):
        raise Problem(400, "The body must be a JSON object.", code="validation")
    return Fields(storable(found))


def _no_number(name: str) -> NoReturn:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(name)


def _depth(value: Any) -> int:
    match value:
        case dict():
            return 1 + max(map(_depth, value.values()), default=0)
        case list():
            return 1 + max(map(_depth, value), default=0)
    return 0
