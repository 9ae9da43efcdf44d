"""Extractions over the API: asked for, reviewed, corrected, exported."""

import csv
import io
import json
from typing import Any

import openpyxl
import pytest
from quarry import runtime
from rest_framework.test import APIClient

from agents.extraction import findings, reading
from agents.extraction.export import harmless
from agents.extraction.models import Extraction, Row
from agents.models import Run
from apps.accounts.models import User
from apps.audit.models import Event
from apps.knowledge.models import Collection, Document, DocumentText
from tests.agents.extraction.conftest import SCHEMA, Asked, done
from tests.fixtures.runs import told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("queue")]
PATH = "/api/v1/extractions"
VALUES = {"number": "AB-12345678", "date": "2026-05-29", "total": 39800, "currency": "TWD"}


@pytest.fixture
def api(client_for: Any, employee: User) -> APIClient:
    return client_for(employee)  # type: ignore[no-any-return]


@pytest.fixture
def row(asked: Asked, invoice: Document, employee: User) -> Row:
    """A row that was read right."""
    extraction = asked(employee, document=invoice.pk)
    content = DocumentText.objects.select_related("document").get(document=invoice)
    found: Row = extraction.rows.get()
    findings.store(found, SCHEMA, content, reading.Reading(dict(VALUES), [(0, len(content.text))]))
    return found


def test_from_the_request_to_the_table(api: APIClient, invoice: Document, model: runtime.ModelInfo) -> None:
    answer = api.post(PATH, {"document": str(invoice.pk), "template": "invoice"})
    assert (answer.status_code, answer.json()["run"]["status"]) == (202, "queued")
    done(Extraction.objects.get(pk=answer.json()["id"]))
    shown = api.get(f"{PATH}/{answer.json()['id']}").json()
    assert (shown["template"], shown["done"], shown["withheld"], len(shown["rows"])) == ("invoice", 1, 0, 1)
    assert shown["rows"][0]["title"] == "Invoice"
    assert [each["id"] for each in api.get(PATH).json()["results"]] == [shown["id"]]
    assert {each["id"] for each in api.get("/api/v1/extraction-templates").json()["results"]} == {
        *("invoice", "contract", "cv")
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"schema": SCHEMA},
        {"template": "poem"},
        {"schema": SCHEMA, "template": "cv"},
        {"schema": {"type": "object", "properties": {"a": {"$ref": "http://evil.example/x"}}}},
        {"schema": {"type": "object", "properties": {"a": {"type": "string", "pattern": "(a+)+$"}}}},
        {"schema": "object"},
    ],
)
def test_what_cannot_be_read_is_refused(body: dict[str, Any], api: APIClient, invoice: Document) -> None:
    source = {} if body == {"schema": SCHEMA} else {"document": str(invoice.pk)}
    answer = api.post(PATH, body | source)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert not Run.objects.exists()


def test_a_person_corrects_and_confirms_and_it_is_recorded(api: APIClient, row: Row, employee: User) -> None:
    path = f"{PATH}/{row.extraction_id}/rows/{row.pk}"
    answer = api.patch(path, {"values": {"total": 5, "number": None}})
    assert answer.status_code == 200
    assert answer.json()["values"] == VALUES | {"total": 5, "number": None}
    found = {each["path"]: each for each in answer.json()["findings"]}
    assert (found["total"]["how"], found["total"]["confidence"]) == ("corrected", 1.0)
    assert found["date"]["how"] == "normalised", "what was not touched stays"
    event = Event.objects.get(action="extraction.correct")
    assert event.facts["changes"] == {"total": [39800, 5], "number": ["AB-12345678", None]}
    assert answer.json()["confirmed_by"] is None
    confirmed = api.patch(path, {"confirmed": True}).json()
    assert (confirmed["confirmed_by"], bool(confirmed["confirmed_at"])) == (employee.email, True)
    changed = api.patch(path, {"values": {"total": 39800}}).json()
    assert changed["confirmed_by"] is None, "what was changed is to be confirmed again"
    assert "39,800" in {each["path"]: each for each in changed["findings"]}["total"]["citation"]["quote"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"total": "much"}, "total"),
        ({"date": "tomorrow"}, "date"),
        ({"currency": "EUR"}, "currency"),
        ({"invented": 1}, "invented"),
    ],
)
def test_a_correction_fits_the_schema(values: dict[str, Any], field: str, api: APIClient, row: Row) -> None:
    answer = api.patch(f"{PATH}/{row.extraction_id}/rows/{row.pk}", {"values": values})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    row.refresh_from_db()
    assert row.values == VALUES


def test_what_the_model_made_up_can_be_taken_out_of_a_field_that_takes_no_null(
    api: APIClient, asked: Asked, invoice: Document, employee: User
) -> None:
    schema = SCHEMA | {"required": ["currency"]}
    schema["properties"] = SCHEMA["properties"] | {"buyer": {"type": "string"}}
    row: Row = asked(employee, document=invoice.pk, schema=schema).rows.get()
    content = DocumentText.objects.select_related("document").get(document=invoice)
    findings.store(row, schema, content, reading.Reading(VALUES | {"buyer": "Nobody Ltd."}))
    path = f"{PATH}/{row.extraction_id}/rows/{row.pk}"
    answer = api.patch(path, {"values": {"buyer": None}})
    assert (answer.status_code, answer.json()["values"]) == (200, VALUES), answer.content
    assert "buyer" not in {each["path"] for each in answer.json()["findings"]}
    assert (answer.json()["status"], answer.json()["problems"]) == ("complete", [])
    assert Event.objects.get(action="extraction.correct").facts["changes"] == {"buyer": ["Nobody Ltd.", None]}
    lacking = api.patch(path, {"values": {"currency": None}}).json()
    assert (lacking["status"], [each["path"] for each in lacking["problems"]]) == ("incomplete", ["currency"])
    assert lacking["problems"][0]["detail"] == findings.MISSING


def test_a_field_whose_name_has_a_dot_is_corrected_alone(
    api: APIClient, asked: Asked, invoice: Document, employee: User
) -> None:
    text = {"type": ["string", "null"]}
    schema = {"type": "object", "properties": {"buyer": text, "buyer.name": text}}
    row: Row = asked(employee, document=invoice.pk, schema=schema).rows.get()
    content = DocumentText.objects.select_related("document").get(document=invoice)
    findings.store(row, schema, content, reading.Reading({"buyer": "Zeppelin", "buyer.name": "Quux"}))
    path = f"{PATH}/{row.extraction_id}/rows/{row.pk}"
    for name, how in (("buyer.name", ["not_found", "corrected"]), ("buyer", ["corrected", "corrected"])):
        shown = api.patch(path, {"values": {name: "C"}}).json()["findings"]
        assert [each["how"] for each in sorted(shown, key=lambda each: str(each["path"]))] == how


def test_a_number_beyond_all_measure_is_checked_like_any_other(
    api: APIClient, asked: Asked, invoice: Document, employee: User
) -> None:
    schema = {"type": "object", "properties": {"total": {"type": "number", "multipleOf": 0.5}}}
    row: Row = asked(employee, document=invoice.pk, schema=schema).rows.get()
    content = DocumentText.objects.select_related("document").get(document=invoice)
    findings.store(row, schema, content, reading.Reading({"total": 1}))
    path = f"{PATH}/{row.extraction_id}/rows/{row.pk}"
    answer = api.patch(path, {"values": {"total": 10**400}})
    assert answer.status_code in (200, 400), answer.content


@pytest.mark.parametrize("odd", ["1e999", '"a\\u0000b"', '"\\ud800"', '{"\\u0000": 1}'])
def test_what_no_database_can_hold_is_refused_by_field(odd: str, api: APIClient, row: Row, invoice: Document) -> None:
    values = f'{{"values": {{"number": {odd}}}}}'
    path = f"{PATH}/{row.extraction_id}/rows/{row.pk}"
    answer = api.patch(path, values, content_type="application/json", headers={"Accept-Language": "zh-Hant"})
    assert answer.status_code == 400
    said = ["內容含有無法儲存的字元。"] if "\\u" in odd else ["輸入值必須為有效的JSON。"]
    assert answer.json()["errors"] == {"values.number": said}
    schema = f'{{"type": "object", "properties": {{"a": {{"type": "string", "description": {odd}}}}}}}'
    asked = f'{{"document": "{invoice.pk}", "schema": {schema}}}'
    answer = api.post(PATH, asked, content_type="application/json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["schema"])


def test_a_row_that_was_not_read_cannot_be_corrected(
    api: APIClient, asked: Asked, invoice: Document, employee: User
) -> None:
    waiting = asked(employee, document=invoice.pk).rows.get()
    assert api.patch(f"{PATH}/{waiting.extraction_id}/rows/{waiting.pk}", {"confirmed": True}).status_code == 409


def test_the_table_as_csv_and_as_a_sheet(api: APIClient, row: Row) -> None:
    evil = {"number": '=HYPERLINK("http://evil.example")', "date": None, "total": -5, "currency": "TWD"}
    Row.objects.update(values=evil)
    Document.objects.update(title="@SUM(A1)")
    answer = api.get(f"{PATH}/{row.extraction_id}/export?format=csv")
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0] == ["document", "status", "confirmed", "number", "date", "total", "currency"]
    assert table[1] == ["'@SUM(A1)", "complete", "no", '\'=HYPERLINK("http://evil.example")', "", "-5", "TWD"]
    answer = api.get(f"{PATH}/{row.extraction_id}/export?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["Documents"]
    cells = [cell for line in sheet.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert sheet["D2"].value == '\'=HYPERLINK("http://evil.example")'
    assert sheet["F2"].value == -5
    assert [event.facts for event in Event.objects.filter(action="extraction.export").order_by("id")] == [
        {"format": "csv", "rows": 1},
        {"format": "xlsx", "rows": 1},
    ]
    assert api.get(f"{PATH}/{row.extraction_id}/export?format=pdf").status_code == 400


@pytest.mark.parametrize("text", ["=1+1", "+1", "-cmd|' /C calc'!A0", "@A1", "\t=1", " =1", "＝1", "\r=1", "　@x"])
def test_formulas_are_made_harmless(text: str) -> None:
    assert harmless(text).startswith("'")


def test_lists_of_things_have_a_sheet_of_their_own(
    api: APIClient, asked: Asked, invoice: Document, employee: User
) -> None:
    extraction = asked(employee, document=invoice.pk, template="invoice", schema=None)
    items = [{"description": "Pump", "quantity": 2, "unit_price": 5, "amount": 10}, {"description": "=Seal"}]
    extraction.rows.update(values={"invoice_number": "AB-1", "items": items}, status="complete")
    answer = api.get(f"{PATH}/{extraction.pk}/export?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["items"]
    assert [[cell.value for cell in line] for line in sheet.iter_rows()][1:] == [
        ["Invoice", "Pump", 2, 5, 10],
        ["Invoice", "'=Seal", None, None, None],
    ]


@pytest.mark.parametrize("value", [5, 5.5, True, "many", {"amount": 1}, ["x", 5, None], [{"amount": [1]}], 10**400])
def test_what_is_no_list_where_one_is_expected_is_exported_all_the_same(
    value: Any, api: APIClient, asked: Asked, invoice: Document, employee: User
) -> None:
    schema = {"type": "object", "properties": {"parts": {"items": {"properties": {"amount": {}}}}}}
    row: Row = asked(employee, document=invoice.pk, schema=schema).rows.get()
    Row.objects.update(status="complete")
    path = f"{PATH}/{row.extraction_id}"
    assert api.patch(f"{path}/rows/{row.pk}", {"values": {"parts": value}}).status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(api.get(f"{path}/export?format=xlsx").content))
    table = list(csv.reader(io.StringIO(api.get(f"{path}/export").content.decode("utf-8-sig"))))
    shown = json.dumps(value) if isinstance(value, list | dict) else str(value)
    assert (str(book["Documents"]["D2"].value), table[1][3]) == (shown, shown)
    assert book["parts"].max_row == 1 + (len(value) if isinstance(value, list) else 0)


@pytest.mark.parametrize("how", ["document", "documents", "collection"])
def test_a_title_goes_with_its_document(
    how: str, api: APIClient, asked: Asked, office: Collection, invoice: Document, employee: User
) -> None:
    named = {"document": invoice.pk, "documents": [invoice.pk], "collection": office.pk}
    extraction = asked(employee, **{how: named[how]})
    title = "Office" if how == "collection" else "Invoice"
    assert api.get(f"{PATH}/{extraction.pk}").json()["title"] == title
    Document.objects.filter(pk=invoice.pk).delete()
    assert api.get(f"{PATH}/{extraction.pk}").json()["title"] == (title if how == "collection" else "")
    Collection.objects.update(visibility="groups", created_by=None)
    assert api.get(PATH).json()["results"][0]["title"] == ""


def test_when_access_is_lost_nothing_of_the_document_is_left(
    client_for: Any, asked: Asked, office: Collection, invoice: Document, stranger: User, model: runtime.ModelInfo
) -> None:
    extraction = done(asked(stranger, document=invoice.pk))
    row = extraction.rows.get()
    content = DocumentText.objects.select_related("document").get(document=invoice)
    findings.store(row, SCHEMA, content, reading.Reading(dict(VALUES), []))
    citations = findings.citations([row])
    Run.objects.filter(pk=extraction.run.pk).update(answer='{"number": "AB-12345678"}', citations=citations)
    client = client_for(stranger)
    assert "AB-12345678" in str(client.get(f"{PATH}/{extraction.pk}").json())
    assert "AB-12345678" in str(client.get(f"/api/v1/runs/{extraction.run.pk}").json())
    Collection.objects.filter(pk=office.pk).update(visibility="groups")
    shown, run = client.get(f"{PATH}/{extraction.pk}"), client.get(f"/api/v1/runs/{extraction.run.pk}")
    exported = client.get(f"{PATH}/{extraction.pk}/export")
    for answer in (shown, run, exported):
        assert answer.status_code == 200
        assert "AB-12345678" not in answer.content.decode()
        assert "Invoice" not in answer.content.decode()
    assert (shown.json()["rows"], shown.json()["withheld"]) == ([], 1)
    path = f"{PATH}/{extraction.pk}/rows/{row.pk}"
    assert client.patch(path, {"confirmed": True}).status_code == 404
    assert not [event for event in told(extraction.run) if event.kind == "token"]
