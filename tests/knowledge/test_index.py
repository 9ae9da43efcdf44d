"""What indexing writes: text, passages, word counts; and that it can be taken out and done at the same time."""

import threading
from collections.abc import Callable

import numpy as np
import pytest
from django.db import connection
from django.db.models import Sum

from apps.knowledge import index, statistics
from apps.knowledge.models import DIMENSION, Collection, Document, Passage, Term, TermDelta
from tests.knowledge.conftest import SPACE, Shelve, encode


def counts(collection: Collection) -> dict[str, int]:
    totals: dict[str, int] = {}
    for table in (Term, TermDelta):
        for row in table.objects.filter(collection=collection).values("lexeme").annotate(n=Sum("passages")):
            totals[row["lexeme"]] = totals.get(row["lexeme"], 0) + row["n"]
    return {lexeme: n for lexeme, n in totals.items() if n}


def test_a_document_becomes_ready_with_its_passages(open_collection: Collection, shelve: Shelve) -> None:
    document = shelve(open_collection, "特別休假十四天", "QX-2100 warranty", title="Rules")
    assert (document.status, document.progress, document.passages_count) == ("ready", 1.0, 2)
    first, second = Passage.objects.filter(document=document)
    assert document.content.text[second.start : second.end] == second.text
    assert first.collection_id == open_collection.pk
    assert counts(open_collection)["休假"] == 1
    assert counts(open_collection)["rules"] == 2


def test_storing_again_swaps_and_keeps_ids(open_collection: Collection, shelve: Shelve) -> None:
    document = shelve(open_collection, "alpha", "beta")
    kept = Passage.objects.get(text="alpha").pk
    pieces = [index.Piece("alpha", 0, 5), index.Piece("gamma", 7, 12)]
    assert index.store(
        document.pk, text="alpha\n\ngamma", pages=[], headings=[], pieces=pieces,
        vectors=encode(["alpha", "gamma"]), space=SPACE, language="en",
    )  # fmt: skip
    assert Passage.objects.get(text="alpha").pk == kept
    assert not Passage.objects.filter(text="beta").exists()
    assert "beta" not in counts(open_collection)
    assert counts(open_collection)[statistics.PASSAGES] == 2
    document.refresh_from_db()
    assert document.language == "en"


def test_a_document_deleted_meanwhile_is_not_an_error(open_collection: Collection, shelve: Shelve) -> None:
    document = shelve(open_collection, "alpha")
    key = document.pk
    document.delete()
    piece = [index.Piece("alpha", 0, 5)]
    assert not index.store(
        key, text="alpha", pages=[], headings=[], pieces=piece, vectors=encode(["alpha"]), space=SPACE
    )


@pytest.mark.parametrize("vectors", [np.zeros((1, 768)), np.zeros((2, DIMENSION)), np.full((1, DIMENSION), np.nan)])
def test_vectors_that_do_not_fit_are_refused(vectors: np.ndarray, open_collection: Collection, shelve: Shelve) -> None:
    document = shelve(open_collection, "alpha")
    with pytest.raises(ValueError, match=r"vectors|finite"):
        index.store(
            document.pk, text="x", pages=[], headings=[], pieces=[index.Piece("x", 0, 1)], vectors=vectors, space=SPACE
        )
    assert Passage.objects.get(document=document).text == "alpha"


def test_adding_up_keeps_the_sums(open_collection: Collection, shelve: Shelve) -> None:
    shelve(open_collection, "one two", "two three")
    document = shelve(open_collection, "three four", title="Second")
    before = counts(open_collection)
    assert statistics.add_up()
    assert not TermDelta.objects.exists()
    assert counts(open_collection) == before
    index.remove_passages(document)
    statistics.add_up()
    assert "four" not in set(Term.objects.values_list("lexeme", flat=True))
    assert counts(open_collection)["three"] == 1


def test_a_new_title_is_indexed(open_collection: Collection, shelve: Shelve) -> None:
    document = shelve(open_collection, "some text", title="Old")
    document.title = "Brandnew"
    document.save()
    index.retitle(document)
    assert counts(open_collection) == {"some": 1, "text": 1, "brandnew": 1, "#passages": 1, "#length": 5}


def test_text_that_postgresql_cannot_keep(open_collection: Collection, shelve: Shelve) -> None:
    document = shelve(open_collection, "a\x00b 'quoted' \\ back", "x" * 5000, "😀 ' \\'", title="it's")
    assert document.passages_count == 3
    assert Passage.objects.filter(text__contains="a\ufffdb").exists()


def at_once(work: list[Callable[[], object]]) -> list[BaseException]:
    errors: list[BaseException] = []

    def run(one: Callable[[], object]) -> None:
        try:
            one()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


@pytest.mark.django_db(transaction=True)
def test_many_at_once_count_right(open_collection: Collection, shelve: Shelve) -> None:
    def ingest(number: int) -> Document:
        return shelve(open_collection, "common words here", f"common number{number}", title=f"T{number}")

    work: list[Callable[[], object]] = [lambda n=n: ingest(n) for n in range(8)]  # type: ignore[misc]
    assert at_once([*work, statistics.add_up, statistics.add_up]) == []
    statistics.add_up()
    totals = counts(open_collection)
    assert totals["common"] == 16
    assert totals[statistics.PASSAGES] == 16
    assert Term.objects.filter(lexeme="common").count() == 1
