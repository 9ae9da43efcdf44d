"""The sample documents hold what the questions about them say, and load like anyone's documents."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import docx
import openpyxl
import pypdfium2
import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.knowledge.actions import change_collection, delete_collection, delete_document
from apps.knowledge.models import Collection, Document
from ingestion.samples import FOLDER, Question, manifest, questions
from ingestion.samples.starters import starters

QUESTIONS = questions()
DOCUMENTS = {d.path.name: d for d in manifest().documents}


def squeezed(text: str) -> str:
    """Without white space and cell borders: where a line breaks on paper says nothing about its words."""
    return re.sub(r"[\s|]+", "", text)


def _docx(path: Path) -> Iterator[str]:
    document = docx.Document(str(path))
    yield from (p.text for p in document.paragraphs)
    yield from (cell.text for table in document.tables for row in table.rows for cell in row.cells)


def _xlsx(path: Path) -> Iterator[str]:
    for sheet in openpyxl.load_workbook(path, read_only=True):
        yield from ("|".join(str(v) for v in row if v is not None) for row in sheet.iter_rows(values_only=True))


def _pdf(path: Path) -> Iterator[str]:
    with pypdfium2.PdfDocument(path) as pdf:
        yield from (page.get_textpage().get_text_range() for page in pdf)


@cache
def text_of(name: str) -> str:
    path = DOCUMENTS[name].path
    readers = {".docx": _docx, ".xlsx": _xlsx, ".pdf": _pdf}
    reader = readers.get(path.suffix)
    return squeezed("\n".join(reader(path)) if reader else path.read_text(encoding="utf-8"))


def test_the_manifest_lists_exactly_the_files_and_they_are_small() -> None:
    files = set((FOLDER / "files").iterdir())
    assert {d.path for d in DOCUMENTS.values()} == files
    assert sum(f.stat().st_size for f in files) < 1_500_000


def test_questions_come_in_both_languages_and_some_have_no_answer() -> None:
    kinds = Counter((q.language, q.answerable) for q in QUESTIONS)
    assert kinds == {("en", True): 15, ("zh-Hant", True): 15, ("en", False): 4, ("zh-Hant", False): 4}
    assert len({q.id for q in QUESTIONS}) == len(QUESTIONS)


def test_some_questions_need_two_documents() -> None:
    assert sum(len({e.file for e in q.evidence}) > 1 for q in QUESTIONS) >= 4


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q.answerable], ids=lambda q: q.id)
def test_every_answering_sentence_stands_in_its_file(question: Question) -> None:
    for evidence in question.evidence:
        assert squeezed(evidence.quote) in text_of(evidence.file), evidence


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q.answerable], ids=lambda q: q.id)
def test_the_expected_facts_are_patterns(question: Question) -> None:
    assert question.expect
    for pattern in question.expect:
        re.compile(pattern)


@pytest.mark.parametrize("name", sorted(n for n in DOCUMENTS if n.endswith(".pdf")))
def test_pdf_text_is_made_of_ordinary_characters(name: str) -> None:
    """A PDF printer may name the Kangxi radical where the ideograph is meant; then no search finds the word."""
    assert not re.search(r"[\u2e80-\u2fdf\uf900-\ufaff\ufffd]", text_of(name))


@pytest.mark.django_db
def test_loading_twice_makes_one_collection_that_everyone_may_read(administrator: User) -> None:
    call_command("load_samples")
    call_command("load_samples")
    collection = Collection.objects.get()
    assert (collection.name, collection.visibility) == (manifest().name, "everyone")
    assert collection.documents.count() == len(DOCUMENTS)


@pytest.mark.django_db
def test_what_was_deleted_stays_deleted(administrator: User) -> None:
    call_command("load_samples")
    collection = Collection.objects.get()
    delete_document(administrator, collection.documents.all()[0])
    call_command("load_samples")
    assert collection.documents.count() == len(DOCUMENTS) - 1
    delete_collection(administrator, collection)
    call_command("load_samples")
    assert not Collection.objects.exists()


def test_questions_to_begin_with_need_readable_documents_that_are_ready(administrator: User, stranger: User) -> None:
    call_command("load_samples")
    collection = Collection.objects.get()
    assert starters(stranger) == []
    collection.documents.update(status=Document.Status.READY)
    offered = starters(stranger)
    assert Counter(q.language for q in offered) == {"en": 6, "zh-Hant": 6}
    warranty = collection.documents.get(filename="warranty-terms-en.md")
    delete_document(administrator, warranty)
    assert [q for q in offered if "warranty-terms-en.md" not in {e.file for e in q.evidence}] == starters(stranger)
    change_collection(administrator, collection, {"visibility": "groups", "groups": []})
    assert starters(stranger) == []


@pytest.mark.django_db
def test_without_an_administrator_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="start Quarry once"):
        call_command("load_samples")
