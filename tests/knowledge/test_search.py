"""Search against the real PostgreSQL: words, meaning, permission, and whatever people type."""

from collections.abc import Sequence

import pytest
from django.db import connection
from quarry import runtime

from apps.accounts.models import Group, User
from apps.knowledge import selectors, sql, statistics
from apps.knowledge.models import Collection
from apps.knowledge.search import Hit, Scope, search
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


def texts(hits: Sequence[Hit]) -> list[str]:
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


def test_what_a_person_may_not_read_is_not_found(
    library: Collection,
    closed_collection: Collection,
    shelve: Shelve,
    employee: User,
    stranger: User,
    administrator: User,
) -> None:
    secret = shelve(closed_collection, "The merger with QX-9999 is secret.")
    board = Group.objects.create(name="Board")
    closed_collection.groups.add(board)
    member = User.objects.create_user("mia@example.test")
    member.groups.add(board)

    def reads(person: User, scope: Scope | list[Collection] | None = None) -> bool:
        return any(hit.document_id == secret.pk for hit in search(person, "QX-9999 merger", scope, k=50))

    assert [reads(person) for person in (employee, stranger, administrator, member)] == [False, False, True, True]
    assert not reads(stranger, [closed_collection])
    assert not reads(stranger, Scope(documents=[secret.pk]))
    closed_collection.visibility = "everyone"
    closed_collection.save()
    assert reads(stranger)
    User.objects.filter(pk=stranger.pk).update(is_active=False)  # the object in hand still says active
    assert len(search(stranger, "QX-9999")) == 0


def test_hidden_documents_do_not_show_in_the_scores(
    library: Collection, closed_collection: Collection, shelve: Shelve, stranger: User
) -> None:
    before = search(stranger, "scanner warranty")
    shelve(closed_collection, *[f"scanner warranty {n}" for n in range(20)])
    assert list(search(stranger, "scanner warranty")) == list(before)


def test_scopes_narrow(library: Collection, shelve: Shelve, employee: User) -> None:
    other = Collection.objects.create(name="Other", created_by=employee)
    document = shelve(other, "scanner in the other collection", "second passage of it")
    shelve(other, "scanner in the same collection", title="Sibling")
    assert {hit.collection_id for hit in search(employee, "scanner", [other.pk])} == {other.pk}
    assert {hit.document_id for hit in search(employee, "scanner", Scope(documents=[document.pk]))} == {document.pk}
    assert len(search(employee, "scanner", Scope(collections=[], documents=None))) == 0


@pytest.mark.parametrize("small", [0, 5_000])
def test_a_person_who_reads_one_in_a_hundred_still_gets_k(
    small: int,
    monkeypatch: pytest.MonkeyPatch,
    open_collection: Collection,
    closed_collection: Collection,
    shelve: Shelve,
    stranger: User,
) -> None:
    """By the graph (small = 0) as by the exact scan; the readable passages are far from the query."""
    monkeypatch.setattr(sql, "SMALL", small)
    shelve(closed_collection, *[f"quarterly revenue figures number {n}" for n in range(1980)])
    shelve(open_collection, *[f"canteen menu of day {n}" for n in range(20)])
    statistics.add_up()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE knowledge_passage")
    hits = search(stranger, "quarterly revenue figures number 7", k=15)
    assert len(hits) == 15
    assert {hit.collection_id for hit in hits} == {open_collection.pk}
    assert len(search(stranger, "quarterly revenue", k=50)) == 20


def test_the_graph_and_the_exact_scan_agree(
    monkeypatch: pytest.MonkeyPatch, open_collection: Collection, shelve: Shelve, employee: User
) -> None:
    shelve(open_collection, *[f"alpha{n} beta{n % 7} gamma{n % 3}" for n in range(500)])
    query = "alpha3 beta3 gamma0 or something near it"
    exact = search(employee, query, k=5)
    monkeypatch.setattr(sql, "SMALL", 0)
    assert [hit.passage_id for hit in search(employee, query, k=5)] == [hit.passage_id for hit in exact]


HOSTILE = [
    "' OR 1=1 --",
    "'); DROP TABLE knowledge_passage; --",
    "a & b | !c <-> d:* <1000> (",
    "\\' \\\\ \\",
    '"unclosed \u201cquote 「引號',
    "%s %(terms)s %% {readable} {0}",
    "\x00\x00a\x00",
    "\ud800 lone surrogate",
    "!!! ??? 。。。 ——",
    "😀😀👩‍👩‍👧‍👦",
    "a" * 100_000,
    "特" * 100_000,
    "a-b-c-" * 20_000,
    " ".join(f"w{n}" for n in range(20_000)),
    "\u202e\u200b\ufeff",
    "ａ" * 3000,
    "ﷺ" * 2000,
    "#passages #length",
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_typed_breaks_the_search(query: str, library: Collection, employee: User) -> None:
    assert len(search(employee, query)) in (0, 7)
    assert library.documents.count() == 2


def _no_embedder(*_: object) -> None:
    raise runtime.ModelUnavailable("no model")


def test_words_go_on_alone_without_an_embedder(
    library: Collection, employee: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "embed", _no_embedder)
    hits = search(employee, "加班費")
    assert texts(hits)[0].startswith("加班費")
    assert hits[0].similarity is None
    assert "not available" in hits.warning
    assert len(search(employee, "!!!")) == 0


def test_a_word_that_stands_in_every_passage_still_weighs_something(
    open_collection: Collection, shelve: Shelve, employee: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "embed", _no_embedder)
    shelve(open_collection, "The ferry leaves at nine.", title="Ferry")
    assert [hit.bm25 > 0 for hit in search(employee, "When does the ferry leave?", [open_collection])] == [True]


def test_vectors_of_another_model_are_never_compared(library: Collection, shelve: Shelve, employee: User) -> None:
    old = shelve(library, "vacation words from an older model", title="Old", space="older-space")
    hits = search(employee, "vacation", k=20)
    assert hits[0].document_id == old.pk  # by its words
    assert hits[0].similarity is None
    assert not any(hit.document_id == old.pk for hit in search(employee, "holiday", k=20))
    assert selectors.outdated(old)


def test_an_empty_query_finds_nothing(library: Collection, employee: User) -> None:
    assert len(search(employee, " \n ")) == 0
