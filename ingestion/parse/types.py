"""What every parser hands back."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

BlockKind = Literal["heading", "paragraph", "item", "row", "code"]


class ParseError(Exception):
    """The file cannot be read, now or later; the message is one sentence for the person who uploaded it."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page (PDF), slide or sheet; offsets are code points into `Parsed.text`."""

    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; what follows it, up to the next one of the same or a higher level, stands under it."""

    level: int
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table row or piece of code: the unit that the chunker merges or splits."""

    kind: BlockKind
    start: int
    end: int


@dataclass(slots=True)
class Parsed:
    """A document's canonical text and its structure. Every offset is in code points into `text`."""

    text: str
    media_type: str
    title: str = ""
    language: str = ""
    pages: list[Page] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values, the way the result crosses the process boundary."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The inverse of `as_dict`."""
        return cls(
            **{
                **values,
                "pages": [Page(**page) for page in values["pages"]],
                "headings": [Heading(**heading) for heading in values["headings"]],
                "blocks": [Block(**block) for block in values["blocks"]],
            }
        )
