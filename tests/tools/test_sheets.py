"""Questions to sheets in SQL: right answers, and no way to anything but the sheets that were named."""

import datetime
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from agents.tools.builtin import sheets
from agents.tools.types import Result, ToolError
from apps.accounts.models import User
from apps.knowledge import blobs
from apps.knowledge.models import Collection, Document

Call = Callable[..., Result]
Upload = Callable[..., Document]


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "銷售 2026"
    for row in [["年度報表"], [], ["日期", "部門", "金額 (NT$)", "數量"]]:
        sheet.append(row)
    for number in range(1, 301):
        day = datetime.datetime(2026, 1 + number % 12, 1 + number % 28)
        sheet.append([day, ["業務", "研發"][number % 2], number * 1.5, number])
    book.create_sheet("Empty")
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.fixture
def upload(employee: User) -> Upload:
    house = Collection.objects.create(name="House", created_by=employee)

    def make(name: str, data: bytes, collection: Collection | None = None) -> Document:
        blobs.keep(blobs.receive([data], len(data)))
        facts = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        return Document.objects.create(collection=collection or house, title=name, filename=name, **facts)

    return make


@pytest.fixture
def book(upload: Upload) -> Document:
    return upload("sales.xlsx", workbook())


def refused(call: Call, sql: str, *documents: str) -> str:
    with pytest.raises(ToolError) as told:
        call("query_sheets", {"documents": list(documents) or ["sales.xlsx"], "sql": sql})
    return str(told.value)


def test_tables_and_columns_are_told_first(call: Call, book: Document) -> None:
    told = call("query_sheets", {"documents": ["sales.xlsx"]})
    assert "銷售_2026" in told.text
    assert told.data["tables"][0]["rows"] == 300
    assert told.data["tables"][0]["columns"] == [
        ["日期", "DATE"],
        ["部門", "VARCHAR"],
        ["金額_NT", "DOUBLE"],
        ["數量", "BIGINT"],
    ]


def test_formulas_that_were_never_calculated_are_told(call: Call, book: Document, upload: Upload) -> None:
    written = openpyxl.Workbook()
    assert written.active is not None
    for row in [["Item", "Total"], ["Pump", "=1+1"]]:
        written.active.append(row)
    made = io.BytesIO()
    written.save(made)
    upload("planned.xlsx", made.getvalue())
    for sql in ("", "SELECT * FROM Sheet"):
        told = call("query_sheets", {"documents": ["planned.xlsx"], "sql": sql}).text
        assert told.endswith("[In planned.xlsx formulas were saved without their results: their cells are empty here.]")
    assert "formulas" not in call("query_sheets", {"documents": ["sales.xlsx"]}).text


def test_nobody_needs_to_name_the_sheets_where_they_are_few(
    call: Call, book: Document, upload: Upload, administrator: User
) -> None:
    upload("letter.txt", b"Dear all")
    closed = Collection.objects.create(name="Board", visibility="groups", created_by=administrator)
    upload("board.csv", b"a,b\n1,2\n", closed)
    assert [each["table"] for each in call("query_sheets", {}).data["tables"]] == ["銷售_2026"]
    assert call("query_sheets", {"sql": "SELECT count(*) FROM 銷售_2026"}).data["rows"] == [["300"]]
    for number in range(sheets.MOST):
        upload(f"costs-{number}.csv", b"a,b\n1,%d\n" % number)
    with pytest.raises(ToolError) as told:
        call("query_sheets", {"documents": []})
    assert "costs-3.csv; costs-4.csv; sales.xlsx" in str(told.value)
    assert "board" not in str(told.value)


def test_a_sheet_is_meant_although_a_document_is_called_alike(call: Call, book: Document, upload: Upload) -> None:
    upload("sales-letter.txt", b"Dear all")
    for name in ("sales", "Sales.csv", "the sales"):
        assert call("query_sheets", {"documents": [name]}).data["tables"][0]["rows"] == 300
    with pytest.raises(ToolError, match=r"sales-letter.txt is not a sheet. The sheets are: sales.xlsx\."):
        call("query_sheets", {"documents": ["sales-letter"]})


def test_sums_and_groups(call: Call, book: Document) -> None:
    sql = "SELECT 部門, sum(金額_NT) AS total, count(*) FROM 銷售_2026 GROUP BY 部門 ORDER BY 部門"
    assert call("query_sheets", {"documents": ["sales.xlsx"], "sql": sql}).data["rows"] == [
        ["業務", "33975.0", "150"],
        ["研發", "33750.0", "150"],
    ]
    joined = "WITH big AS (SELECT * FROM 銷售_2026 WHERE 數量 > 290) SELECT max(日期), count(*) FROM big"
    assert call("query_sheets", {"documents": [str(book.pk)], "sql": joined}).data["rows"][0][1] == "10"


def test_csv_in_the_encodings_of_taiwan(call: Call, upload: Upload) -> None:
    upload("薪資.csv", "姓名;薪水\n王小明;50000\n李大華;60000\n".encode("cp950"))
    upload("names.tsv", b"name\tdept\nAmy\tA\nBob\tB\n")
    both = {"documents": ["薪資.csv", "names.tsv"]}
    assert call("query_sheets", both | {"sql": "SELECT avg(薪水) FROM 薪資"}).data["rows"] == [["55000.0"]]
    assert call("query_sheets", both | {"sql": "SELECT count(*) FROM names, 薪資"}).data["rows"] == [["4"]]


def test_many_rows_are_cut_and_said_to_be(call: Call, book: Document) -> None:
    result = call("query_sheets", {"documents": ["sales.xlsx"], "sql": "SELECT * FROM 銷售_2026"})
    assert len(result.data["rows"]) == 100
    assert "more than 100 rows" in result.text


def test_a_mistake_is_answered_with_what_there_is(call: Call, book: Document) -> None:
    said = refused(call, "SELECT nothing FROM 銷售_2026")
    assert "nothing" in said
    assert "金額_NT DOUBLE" in said
    said = refused(call, "SELECT sum(cost) FROM department")
    assert "department does not exist" in said
    assert "pg_" not in said
    assert "call again:\nTable 銷售_2026" in said


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file that only a hole could show."""
    place = tmp_path / "outside.csv"
    place.write_text("a,b\nTOP-SECRET,2\n")
    return place


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM read_blob('{file}')",
        "SELECT * FROM read_json('{file}')",
        "SELECT * FROM read_parquet('{file}')",
        "SELECT * FROM sniff_csv('{file}')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM '{file}'",
        'SELECT * FROM "{file}"',
        "FROM '{file}'",
        "SELECT * FROM query('SELECT * FROM read_text(''{file}'')')",
        "WITH x AS (SELECT * FROM read_text('{file}')) SELECT * FROM x",
        "SELECT (SELECT content FROM read_text('{file}'))",
        "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
        "SELECT * FROM read_text('/proc/self/environ')",
        "SELECT getenv('PATH')",
        "ATTACH '{folder}/new.db' AS other",
        "ATTACH 'postgres:host=/tmp' AS pg",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "COPY 銷售_2026 FROM '{file}'",
        "EXPORT DATABASE '{folder}/out'",
        "IMPORT DATABASE '{folder}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '{file}'",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "PRAGMA enable_external_access",
        "CREATE TABLE x AS SELECT 1",
        "CREATE MACRO f(x) AS x",
        "CREATE SECRET s (TYPE s3)",
        "INSERT INTO 銷售_2026 VALUES (1)",
        "UPDATE 銷售_2026 SET 數量 = 0",
        "DELETE FROM 銷售_2026",
        "DROP TABLE 銷售_2026",
        "ALTER TABLE 銷售_2026 ADD COLUMN x INT",
        "CALL pragma_version()",
        "VACUUM",
        "CHECKPOINT",
        "USE other",
        "EXPLAIN ANALYZE SELECT 1",
        "PREPARE p AS SELECT 1",
        "SELECT 1; COPY (SELECT 1) TO '{folder}/out.csv'",
        "SELECT 1; SELECT 2",
        "/* x */",
        "not sql",
    ],
)
def test_nothing_else_can_be_read_written_loaded_or_changed(
    call: Call, book: Document, outside: Path, sql: str
) -> None:
    said = refused(call, sql.replace("{file}", str(outside)).replace("{folder}", str(outside.parent)))
    assert "TOP-SECRET" not in said
    assert sorted(outside.parent.iterdir()) == [outside]


def test_a_query_that_takes_for_ever_is_stopped(call: Call, book: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "SECONDS", 3.0)
    sql = "SELECT sum((a.range * b.range) % 7) FROM range(1000000) a, range(1000000) b"  # takes time, and no memory
    assert "too long" in refused(call, sql)


def test_a_query_that_eats_memory_is_stopped(call: Call, book: Document) -> None:
    sql = "SELECT string_agg(repeat(range::varchar, 100000), '') FROM range(100000)"
    assert "too much memory" in refused(call, sql)


def test_a_call_that_is_stopped_stops(call: Call, book: Document) -> None:
    with pytest.raises(ToolError, match="stopped"):
        call("query_sheets", {"documents": ["sales.xlsx"]}, cancelled=lambda: True)


def test_only_sheets_that_the_person_may_read(call: Call, upload: Upload, administrator: User, book: Document) -> None:
    closed = Collection.objects.create(name="Board", visibility="groups", created_by=administrator)
    board = upload("board.csv", b"a,b\n1,2\n", closed)
    for name in (str(board.pk), "board.csv"):
        assert "There is no document" in refused(call, "", name)
        assert "There is no document" in refused(call, "", "sales.xlsx", name)
    upload("letter.txt", b"Dear all")
    assert "not a sheet" in refused(call, "", "letter.txt")


def test_files_that_are_none(call: Call, upload: Upload) -> None:
    upload("broken.xlsx", b"PK\x03\x04 not a workbook")
    assert "damaged" in refused(call, "", "broken.xlsx")
    upload("empty.csv", b"\n")
    assert "no table" in refused(call, "", "empty.csv")


def test_names_of_sheets_cannot_be_sql(call: Call, upload: Upload) -> None:
    upload('x"; DROP TABLE y; --.csv', b'"a""; SELECT 1; --",b\n1,2\n3,4\n')
    told = call("query_sheets", {"documents": ['x"; DROP TABLE y; --.csv']})
    assert told.data["tables"][0]["table"] == "x_DROP_TABLE_y"
    assert [name for name, _ in told.data["tables"][0]["columns"]] == ["a_SELECT_1", "b"]


def test_numbers_that_are_names_keep_their_digits(call: Call, upload: Upload) -> None:
    rows = ["工號,電話,帳號,金額,比率,卡號", "00123,0912345678,12345678901234567890,1200,0.5,4012888888881881"]
    data = "\n".join([*rows, "00045,,00345678901234567891,-30,0.7,4012888888881882"])
    upload("staff.csv", data.encode())
    table = call("query_sheets", {"documents": ["staff.csv"]}).data["tables"][0]
    assert dict(table["columns"])["金額"] == "BIGINT"

    def asked(sql: str) -> Any:
        return call("query_sheets", {"documents": ["staff.csv"], "sql": sql}).data["rows"]

    first = ["00123", "0912345678", "12345678901234567890", "1200", "4012888888881881"]
    assert asked("SELECT 工號, 電話, 帳號, 金額, 卡號 FROM staff")[0] == first
    assert asked("SELECT sum(金額), max(比率) FROM staff") == [["1170", "0.7"]]


def test_a_wide_sheet_is_cut_and_not_a_fault(call: Call, upload: Upload) -> None:
    head = ",".join(f"欄位{number}" for number in range(100))
    upload("wide.csv", "\n".join([head, *(",".join(["說明文字" * 12] * 100) for _ in range(100))]).encode())
    told = call("query_sheets", {"documents": ["wide.csv"], "sql": "SELECT * FROM wide"})
    assert "There are more" in told.text
    assert 0 < len(told.data["rows"]) < 100
    upload("tall.csv", b"\n".join([b"a,b", *(b"1,2" for _ in range(200))]))
    assert len(call("query_sheets", {"documents": ["tall.csv"], "sql": "SELECT * FROM tall"}).data["rows"]) == 100
