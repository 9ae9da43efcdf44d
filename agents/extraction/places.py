"""Where a value stands in a document, literally or written in another form, and how sure that makes it."""

import datetime
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, Literal, NamedTuple

from agents.extraction.checking import format_of, is_of
from agents.extraction.dates import Dated, dates
from agents.extraction.dates import read as read_date
from agents.extraction.quantities import Quantity, decimal, quantities
from agents.extraction.quantities import read as read_number

How = Literal["verbatim", "normalised", "inferred", "not_found", "corrected"]
CONFIDENCE: dict[How, float] = {
    "verbatim": 0.95,
    "normalised": 0.9,
    "inferred": 0.5,
    "not_found": 0.2,
    "corrected": 1.0,
}


class Place(NamedTuple):
    """Code points of the document's text; None where the value does not stand in it."""

    how: How
    start: int | None = None
    end: int | None = None


@dataclass
class Searched:
    """A document's text, made ready for looking values up. `near` are the stretches that the model has read: of several
    places those in them are meant."""

    text: str
    near: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        pairs = [(char, at) for at, letter in enumerate(self.text) for char in _folded(letter)]
        self._folded = "".join(char for char, _ in pairs)
        self._at = [at for _, at in pairs]

    @cached_property
    def _quantities(self) -> list[Quantity]:
        """Read once, however many values are looked for."""
        return list(quantities(self.text))

    @cached_property
    def _dates(self) -> list[Dated]:
        return list(dates(self.text))

    def place(self, value: Any, schema: Mapping[str, Any]) -> Place:
        """Where the value stands, by what kind of value it is."""
        if isinstance(value, bool) or value is None:
            return Place("inferred")
        if isinstance(value, int | float):
            return self._number(value)
        text = str(value).strip()
        if format_of(schema) == "date" and (date := read_date(text)):
            return self._date(date, text)
        found = self._literal(text) or self._same_letters(text)
        if found is None and (date := read_date(text)):
            found = self._date(date, text)
        if found is None or found.how == "not_found":
            found = Place("inferred") if "enum" in schema or "const" in schema else Place("not_found")
        return found

    def _literal(self, text: str) -> Place | None:
        whole = (at for at in _places(self.text, text) if self._is_whole(at, at + len(text)))
        starts = list(islice(whole, 200))
        if not starts:
            return None
        start = self._nearest(starts)
        return Place("verbatim", start, start + len(text))

    def _same_letters(self, text: str) -> Place | None:
        """The same but for spaces, widths and capitals."""
        wanted = "".join(char for letter in text for char in _folded(letter))
        for at in _places(self._folded, wanted) if len(wanted) > 1 else ():
            start, end = self._at[at], self._at[at + len(wanted) - 1] + 1
            if self._is_whole(start, end):
                return Place("normalised", start, end)
        return None

    def _is_whole(self, start: int, end: int) -> bool:
        """Whether it is no piece of a longer number: 12 does not stand in 2012."""
        edges = (self.text[max(0, start - 1) : start + 1], self.text[end - 1 : end + 1])
        return not any(len(pair) == 2 and pair.isdecimal() for pair in edges)

    def _number(self, value: float) -> Place:
        wanted = decimal(value)
        found = [each for each in self._quantities if wanted in each.values]
        if not found:
            return Place("not_found")
        start = self._nearest([each.start for each in found])
        best = next(each for each in found if each.start == start)
        literal = self.text[best.start : best.end].strip() == str(value)
        return Place("verbatim" if literal else "normalised", best.start, best.end)

    def _date(self, date: datetime.date, text: str) -> Place:
        found = [each for each in self._dates if each.date == date]
        if not found:
            return Place("not_found")
        start = self._nearest([each.start for each in found])
        best = next(each for each in found if each.start == start)
        literal = self.text[best.start : best.end] == text
        return Place("verbatim" if literal else "normalised", best.start, best.end)

    def _nearest(self, starts: Iterable[int]) -> int:
        every = list(starts)
        return next((start for start in every if any(a <= start < b for a, b in self.near)), every[0])


def _places(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _folded(letter: str) -> str:
    folded = unicodedata.normalize("NFKC", letter).casefold()
    return "".join(char for char in folded if char.isalnum())


def mended(schema: Mapping[str, Any], values: Any, text: str) -> Any:
    """Values in the form that the schema asks for: dates as 2026-05-29, numbers as numbers, no spaces around; a date
    whose year was reckoned wrongly as it stands in the document's `text`."""
    if isinstance(values, Mapping):
        fields = schema.get("properties", {})
        return {name: mended(fields.get(name, {}), value, text) for name, value in values.items()}
    if isinstance(values, list):
        return [mended(schema.get("items", {}), value, text) for value in values]
    if isinstance(values, str):
        return _mended_text(schema, values.strip(), text)
    whole = (
        isinstance(values, float) and values.is_integer() and is_of(schema, "integer") and not is_of(schema, "number")
    )
    return int(values) if whole else values


def _mended_text(schema: Mapping[str, Any], value: str, text: str) -> Any:
    if format_of(schema) == "date" and (date := read_date(value)):
        return _with_its_year(date, text).isoformat()
    number = read_number(value) if is_of(schema, "number", "integer") and not is_of(schema, "string") else None
    if number is not None:
        return int(number) if number == number.to_integral_value() else float(number)
    empty = value == "" or value.casefold() in ("null", "n/a", "none", "無", "无")
    return None if empty and "enum" not in schema else value


@lru_cache(maxsize=2)
def _days(text: str) -> frozenset[datetime.date]:
    """All days of a document, which is asked for each of its fields in turn."""
    return frozenset(each.date for each in dates(text))


def _with_its_year(date: datetime.date, text: str) -> datetime.date:
    """The date, or the only one of the text on the same day of the year: small models add 1911 to a year of the
    Republic wrongly, or not at all."""
    known = _days(text)
    same = {each for each in known if (each.month, each.day) == (date.month, date.day)}
    return same.pop() if date not in known and len(same) == 1 else date
