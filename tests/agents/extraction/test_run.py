"""Extractions as runs: what a model that writes nonsense leaves, and what a right reading comes to."""

import json
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from django.db import OperationalError
from django.utils import timezone
from quarry import runtime

from agents import execution, recovery
from agents.extraction import findings, reading, work
from agents.extraction.models import Row
from agents.models import Run
from apps.accounts.models import User
from apps.audit.models import Event
from apps.knowledge.models import Collection, Document, DocumentText
from tests.agents.extraction.conftest import SCHEMA, Asked, done
from tests.agents.summaries.texts import CHAPTERS, stored
from tests.fixtures.runs import told

pytestmark = pytest.mark.django_db(transaction=True)


def verbatim(fields: list[dict[str, Any]]) -> None:
    for each in fields:
        if each["citation"]:
            text = DocumentText.objects.get(document=each["citation"]["document_id"]).text
            place = each["citation"]["location"]
            assert text[place["start"] : place["end"]] == each["citation"]["quote"]


def test_the_answer_is_json_that_the_schema_accepts_and_nonsense_is_not_trusted(
    asked: Asked, invoice: Document, employee: User, model: runtime.ModelInfo
) -> None:
    extraction = done(asked(employee, document=invoice.pk))
    assert extraction.run.status == "completed", extraction.run.error
    answer = json.loads(extraction.run.answer)
    jsonschema.validate(answer, SCHEMA)
    row = Row.objects.get()
    assert row.values == answer
    assert (row.status == "complete") is not bool(row.problems)
    assert {each["path"] for each in row.fields} == set(answer)
    for each in row.fields:
        if each["value"] is not None and each["citation"] is None:
            assert each["confidence"] <= 0.5
    verbatim(row.fields)
    assert Event.objects.filter(action="extraction.create").count() == 1
    assert Event.objects.get(action="extraction.answer").facts["status"] == "completed"
    assert extraction.run.usage["completion_tokens"] > 0
    assert told(extraction.run)[-1].kind == "done"


def test_a_right_reading_is_cited_field_by_field(asked: Asked, invoice: Document, employee: User) -> None:
    row = asked(employee, document=invoice.pk).rows.get()
    content = DocumentText.objects.get(document=invoice)
    values = {"number": "AB-12345678", "date": "2026-05-29", "total": 39800, "currency": "TWD"}
    findings.store(row, SCHEMA, content, reading.Reading(values, [(0, len(content.text))]))
    found = {each["path"]: each for each in Row.objects.get().fields}
    assert {path: each["how"] for path, each in found.items()} == {
        "number": "verbatim",
        "date": "normalised",
        "total": "normalised",
        "currency": "inferred",
    }
    assert "中華民國 115 年 5 月 29 日" in found["date"]["citation"]["quote"]
    assert found["number"]["confidence"] > found["total"]["confidence"] > found["currency"]["confidence"]
    assert found["currency"]["citation"] is None
    verbatim(list(found.values()))
    assert found["total"]["citation"]["location"]["heading"] == "金額"


def test_what_the_schema_requires_and_the_document_does_not_say_is_reported(
    asked: Asked, invoice: Document, employee: User
) -> None:
    schema = SCHEMA | {"required": ["number", "currency"]}
    row = asked(employee, document=invoice.pk, schema=schema).rows.get()
    content = DocumentText.objects.get(document=invoice)
    findings.store(row, schema, content, reading.Reading({"number": "X-1"}, [], [(("currency",), "required")]))
    row.refresh_from_db()
    assert row.status == "incomplete"
    assert row.problems == [{"path": "currency", "detail": findings.MISSING}]
    assert [(each["how"], each["confidence"]) for each in row.fields] == [("not_found", 0.2)]


def test_a_value_that_does_not_fit_is_left_out_and_reported(invoice: Document, employee: User) -> None:
    content = DocumentText.objects.get(document=invoice)
    schema = SCHEMA | {"required": ["total"]}
    values = {"number": "A-1", "date": "soon", "currency": "EUR", "total": "much"}
    reader = reading.Reader(employee, content, None)  # type: ignore[arg-type]
    found = reading.Reading(values)
    reader._check(schema, found)
    assert {path for path, _ in found.faults} == {("date",), ("currency",), ("total",)}
    assert reading._without(schema, found) == {"number": "A-1", "date": None, "total": None}


def test_a_list_that_does_not_fit_is_left_out_with_what_does_not_fit_in_it(invoice: Document, employee: User) -> None:
    items = {"type": "object", "properties": {"amount": {"type": "number", "minimum": 0}}}
    schema = {"type": "object", "properties": {"items": {"type": "array", "minItems": 2, "items": items}}}
    reader = reading.Reader(employee, DocumentText.objects.get(document=invoice), None)  # type: ignore[arg-type]
    found = reading.Reading({"items": [{"amount": -5}]})
    reader._check(schema, found)
    assert {path for path, _ in found.faults} == {("items",), ("items", 0, "amount")}
    assert reading._without(schema, found) == {}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"number": "A-1", "total": 5}', {"number": "A-1", "total": 5}),
        ('{"number": "A-1", "date": null, "total": 12', {"number": "A-1", "date": None}),
        ('{"number": "A', {}),
        ("not JSON at all", {}),
        ("[1, 2]", {}),
        ('{"other": 1}', {}),
    ],
)
def test_an_answer_that_was_cut_off_is_read_as_far_as_it_goes(text: str, values: dict[str, Any]) -> None:
    assert reading._parsed(text, SCHEMA["properties"]) == values


def test_of_a_long_document_the_passages_are_read_that_speak_of_the_fields(
    office: Collection, employee: User, no_embedder: None
) -> None:
    chapters = {f"Chapter {n}": f"{words} " * 14 for n, words in enumerate(CHAPTERS.values())}
    long = stored(office, chapters | {"Payment": "The invoice number is AB-1 and the sum to be paid is 900 dollars."})
    content = DocumentText.objects.select_related("document").get(document=long)
    reader = reading.Reader(employee, content, None)  # type: ignore[arg-type]
    text, near = reader._passages({"number": SCHEMA["properties"]["number"]})
    assert "AB-1" in text
    assert len(text) < len(content.text) * 0.8
    assert all(content.text[start:end] in text for start, end in near)


def test_a_document_that_is_read_anew_meanwhile_is_read_as_far_as_it_is_known(
    office: Collection, employee: User, no_embedder: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    chapters = {f"Chapter {n}": f"{words} " * 14 for n, words in enumerate(CHAPTERS.values())}
    long = stored(office, chapters)
    content = DocumentText.objects.select_related("document").get(document=long)

    def search(*asked: Any) -> Any:
        stored(office, {"New": "Foreword."} | chapters | {"Payment": "The invoice number is AB-1."}, into=long)
        return found(*asked)

    found = reading.search
    monkeypatch.setattr(reading, "search", search)
    reader = reading.Reader(employee, content, None)  # type: ignore[arg-type]
    text, near = reader._passages({"number": SCHEMA["properties"]["number"]})
    assert text
    assert [content.text[start:end] for start, end in near] == text.split("\n[...]\n")


def test_many_documents_have_a_row_each_and_one_that_is_gone_is_said_to_be(
    asked: Asked, office: Collection, invoice: Document, stranger: User, model: runtime.ModelInfo
) -> None:
    hidden = Collection.objects.create(name="Hidden", created_by=stranger)
    other = stored(hidden, {"Invoice": "The number of this invoice is XY-1 and it costs 5 dollars."}, "Other")
    extraction = asked(stranger, documents=[invoice.pk, other.pk])
    Collection.objects.filter(pk=office.pk).update(visibility="groups")
    ended = done(extraction)
    assert [row.status in ("complete", "incomplete") for row in ended.rows.all()] == [False, True]
    assert ended.rows.get(ordinal=0).problems[0]["detail"] == findings.GONE
    answer = json.loads(ended.run.answer)
    assert [each["document"] for each in answer] == [str(invoice.pk), str(other.pk)]
    assert (answer[0]["values"], answer[0]["title"], answer[1]["title"]) == (None, "", "Other")
    assert [step.arguments["rows"] for step in ended.run.steps.all()] == [2]
    assert [event.data["done"] for event in told(ended.run) if event.kind == "progress"] == [1]


def test_rows_that_are_done_stay_done_when_a_worker_dies(
    asked: Asked,
    office: Collection,
    invoice: Document,
    employee: User,
    model: runtime.ModelInfo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = stored(office, {"Invoice": "The number of this invoice is XY-1 and it costs 5 dollars."}, "Other")
    extraction = asked(employee, documents=[invoice.pk, other.pk])

    class Dying(work.Stretch):
        def __call__(self) -> None:
            raise OperationalError("the connection is gone")

    with monkeypatch.context() as patched:
        patched.setattr(work, "Stretch", Dying)
        execution.execute(extraction.run.pk)
    assert [row.status == "waiting" for row in extraction.rows.all()] == [False, True]
    first = extraction.rows.get(ordinal=0)
    Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    recovery.recover()
    ended = done(extraction)
    assert (ended.run.status, ended.run.attempts) == ("completed", 2)
    assert extraction.rows.get(ordinal=0).updated_at == first.updated_at
    assert ended.run.steps.filter(status="completed").count() == 2


def test_it_can_be_cancelled(asked: Asked, invoice: Document, employee: User, model: runtime.ModelInfo) -> None:
    from quarry import events

    extraction = asked(employee, document=invoice.pk)
    events.request_cancel(extraction.run.pk)
    assert done(extraction).run.status == "cancelled"
    assert extraction.rows.get().status == "waiting"


@pytest.mark.parametrize("deleted", [0, 1])
def test_a_document_that_is_deleted_takes_its_row_with_it_and_the_others_are_read(
    deleted: int, asked: Asked, office: Collection, invoice: Document, employee: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = stored(office, {"Invoice": "The number of this invoice is XY-1 and it costs 5 dollars."}, "Other")
    documents = [invoice, other]
    extraction = asked(employee, documents=[each.pk for each in documents])

    def read(reader: reading.Reader, schema: Any) -> reading.Reading:
        Document.objects.filter(pk=documents[deleted].pk).delete()  # the one that is read, or the next one
        return reading.Reading({"number": "AB-12345678"})

    monkeypatch.setattr(reading.Reader, "read", read)
    ended, left = done(extraction), documents[1 - deleted]
    assert ended.run.status == "completed", ended.run.error
    assert [each["document"] for each in json.loads(ended.run.answer)] == [str(left.pk)]
    assert [(row.document, row.status) for row in ended.rows.all()] == [(left, "complete")]
