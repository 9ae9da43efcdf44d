"""The sample collection: what lies in files/, described by manifest.toml, asked about by questions.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class SampleDocument:
    """One file of the collection. `language` is "en", "zh-Hant" or "mixed"."""

    path: Path
    title: str
    language: str


@dataclass(frozen=True)
class Manifest:
    """The collection's name and description, and its documents in their order."""

    name: str
    description: str
    documents: tuple[SampleDocument, ...]


@dataclass(frozen=True)
class Evidence:
    """A sentence that stands in a file: verbatim, white space apart."""

    file: str
    quote: str


@dataclass(frozen=True)
class Question:
    """A question about the collection. Without evidence, the right answer is to decline."""

    id: str
    language: str
    text: str
    expect: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    starter: bool

    @property
    def answerable(self) -> bool:
        """Whether the documents answer it."""
        return bool(self.evidence)


def manifest() -> Manifest:
    """What the collection is and which documents it has."""
    data = tomllib.loads((FOLDER / "manifest.toml").read_text(encoding="utf-8"))
    documents = (SampleDocument(FOLDER / "files" / d["file"], d["title"], d["language"]) for d in data["documents"])
    return Manifest(data["collection"]["name"], data["collection"]["description"], tuple(documents))


def questions() -> tuple[Question, ...]:
    """Every question, the unanswerable ones included."""
    data = tomllib.loads((FOLDER / "questions.toml").read_text(encoding="utf-8"))
    return tuple(_question(each) for each in data["questions"])


def _question(data: dict) -> Question:
    evidence = tuple(Evidence(e["file"], e["quote"]) for e in data["evidence"])
    expect, starter = tuple(data["expect"]), data.get("starter", False)
    return Question(data["id"], data["language"], data["text"], expect, evidence, starter)
