"""Search against the real PostgreSQL: words, meaning, permission, and whatever people type."""

import pytest

from apps.accounts.models import User
from apps.knowledge.models import Collection
from apps.knowledge.search import Hit, search
from tests.knowledge.conftest import Shelve


@pytest.fixture
def library(open_collection: Collection, shelve: Shelve) -> Collection:
    shelve(
        open_collection,
        "員工每年有十四天特別休假，須於三天前提出申請。",
        "加班費依勞動基準法第24條計算，平日前兩小時加給三分之一。",
        "會議室請於資訊系統預約，使用後恢復原狀。",
        title="人事規章",
    )
    shelve(
        open_collection,
        "The QX-2100 scanner has a warranty of 24 months. Contact service@example.com.",
        "The QX-2200 scanner is the successor and prints in colour.",
        "Clean the glass with a soft cloth. Never use alcohol.",
        "Our quality management is certified to ISO 9001 and ISO 14001.",
        title="Product manual",
    )
    return open_collection


def texts(hits: list[Hit]) -> list[str]:
    return [hit.text for hit in hits]


@pytest.mark.parametrize(
    ("query", "start"),
    [
        ("休假", "員工每年"),
        ("加班", "加班費"),
        ("加班費", "加班費"),
        ("加班费", "加班費"),  # written in Simplified characters
        ("第24條", "加班費"),
        ("會議室", "會議室"),
        ("QX-2100", "The QX-2100"),
        ("qx2100", "The QX-2100"),
        ("QX 2100", "The QX-2100"),
        ("ＱＸ－２１００", "The QX-2100"),
        ("2200", "The QX-2200"),
        ("ISO 9001", "Our quality"),
        ("ISO9001", "Our quality"),
        ("service@example.com", "The QX-2100"),
        ("SOFT CLOTH", "Clean"),
        ("What warranty does the QX-2100 have?", "The QX-2100"),
        ("加班費怎麼計算？", "加班費"),
    ],
)
def test_the_right_passage_comes_first(query: str, start: str, library: Collection, employee: User) -> None:
    assert texts(search(employee, query))[0].startswith(start)


def test_keywords_put_all_that_hold_them_before_the_rest(
    open_collection: Collection, shelve: Shelve, employee: User
) -> None:
    near = ["申請休假 " * 3] * 5
    shelve(open_collection, *[f"{text}{n}" for n, text in enumerate(near)], title="休假休假")
    shelve(open_collection, "很長的一段文字說明許多不相干的事情，最後才提到資安兩個字。", title="其他")
    assert "資安" in texts(search(employee, "資安", k=3))[0]


def test_paraphrases_are_found_by_meaning(library: Collection, shelve: Shelve, employee: User) -> None:
    shelve(library, "Vacation: fourteen days a year.", title="English rules")
    hits = search(employee, "holiday", k=1)
    assert texts(hits) == ["Vacation: fourteen days a year."]
    assert hits[0].bm25 == 0
    assert hits[0].similarity is not None


def test_never_fewer_than_exist(library: Collection, employee: User) -> None:
    assert len(search(employee, "zzzz", k=10)) == 7
    assert len(search(employee, "休假", k=3)) == 3
    scores = [hit.score for hit in search(employee, "scanner warranty")]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_locations_point_into_the_text(library: Collection, employee: User) -> None:
    for hit in search(employee, "scanner"):
        document = library.documents.get(pk=hit.document_id)
        assert document.content.text[hit.location["start"] : hit.location["end"]] == hit.text
