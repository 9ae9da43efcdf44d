"""The process that answers one query to sheets: `python -m agents.tools.builtin.sheets_child LIMITS`, request on stdin,
answer on stdout. It holds no secret, no connection and no Django, and gives up the network and what it does not need
before it looks at a file. DuckDB is closed to files before it sees a word of the query."""

import csv
import io
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from ingestion.parse.child import OUT_OF_MEMORY, confine

MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 500_000, 300, 5_000_000
SHOWN_ROWS, SAMPLES, LOOKED_AT, LONGEST_CELL = 100, 3, 20, 200
LONGEST = 60_000  # characters of an answer
# Digits that are a name: of a phone, an employee, an account. Read as a number they would be others.
NAME = re.compile(r"\s*[+-]?(?:0\d+|\d{19,})\s*")
DELIMITERS = ",;\t|"
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": "1",
    "memory_limit": "400MB",
    "max_temp_directory_size": "0KB",
    **dict.fromkeys(("autoinstall_known_extensions", "autoload_known_extensions"), "false"),
    **dict.fromkeys(("allow_community_extensions", "python_enable_replacements"), "false"),
}
READ = """
    SELECT * FROM read_csv(?, header = true, delim = ',', quote = '"', escape = '"', sample_size = -1,
                           null_padding = true, strict_mode = false{types})
"""


class Refused(Exception):
    """Why there is no answer, for the model."""


def main(limits: str) -> None:
    request = json.load(sys.stdin)
    confine(**json.loads(limits))
    try:
        sys.stdout.write(json.dumps(_answer(request), default=str, ensure_ascii=False))
        sys.stdout.flush()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    import duckdb

    try:
        database = duckdb.connect(":memory:", config=CONFIG)
        tables = [table for file in request["files"] for table in _load(database, file)]
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")
        described = _described(database, tables)
        answer = _selected(database, request["sql"], described) if request["sql"] else described
        return answer | {"text": answer["text"] + _remark(request["files"])}
    except Refused as refused:
        return {"refused": str(refused)}
    except duckdb.OutOfMemoryException:
        return {"refused": "The query needs too much memory. Ask for less."}
    except duckdb.Error as error:
        return {"refused": f"The file cannot be read as a table: {str(error)[:300]}"}


def _remark(files: list[dict[str, str]]) -> str:
    """What a model must know of the files, lest it takes what is not there for nothing."""
    from ingestion.parse.sheets import uncalculated

    titles = [file["title"] for file in files if _is_workbook(file) and uncalculated(Path(file["path"]).read_bytes())]
    remark = f"\n[In {', '.join(titles)} formulas were saved without their results: their cells are empty here.]"
    return remark if titles else ""


def _is_workbook(file: dict[str, str]) -> bool:
    return file["name"].lower().endswith(".xlsx")


def _load(database: Any, file: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Puts the file's sheets into tables; yields each table's name and where it comes from."""
    data = Path(file["path"]).read_bytes()
    stem = Path(file["name"]).stem
    sheets = _workbook(data) if _is_workbook(file) else [(stem, _lines(data, file["name"]))]
    for title, rows in sheets:
        table = _free(database, _plain(title) or "sheet")
        if _create(database, table, rows):
            yield table, f"{file['title']}, sheet {title}"


def _workbook(data: bytes) -> Iterator[tuple[str, Iterable[list[Any]]]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise Refused("The file is damaged or not really an Excel workbook.") from error
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        yield sheet.title, ([_cell(value) for value in row] for row in sheet.iter_rows(values_only=True))


def _lines(data: bytes, name: str) -> Iterable[list[Any]]:
    from ingestion.parse.encoding import decode

    text = decode(data)[0]
    delimiter = "\t" if name.lower().endswith(".tsv") else max(DELIMITERS, key=partial(_fitting, text[:20_000]))
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _fitting(text: str, delimiter: str) -> int:
    """How many of the first lines have the same number of columns, more than one, with this delimiter between them."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    widths = Counter(len(row) for row in islice(lines, LOOKED_AT) if len(row) > 1)
    return max(widths.values(), default=0)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value.isoformat(" ") if hasattr(value, "hour") and hasattr(value, "year") else str(value)
    return text.removesuffix(" 00:00:00")


def _create(database: Any, table: str, rows: Iterable[list[Any]]) -> bool:
    """Writes the rows into a file of ours, from which DuckDB finds out the types. False where there is no table."""
    place, filled = Path(f"{os.getpid()}.csv"), _below_titles(rows)
    names = _columns(next(filled, []))
    count, texts = 0, set[int]()
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for count, row in enumerate(filled, 1):
            if count > MOST_ROWS or len(names) > MOST_COLUMNS or count * len(names) > MOST_CELLS:
                raise Refused(f"A sheet has more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns.")
            writer.writerow([*row[: len(names)], *[""] * (len(names) - len(row))])
            texts.update(column for column, cell in enumerate(row) if _is_name(cell))
    if count:
        kept = ", ".join(f"'{name}': 'VARCHAR'" for number, name in enumerate(names) if number in texts)
        read = READ.format(types=f", types = {{{kept}}}" if kept else "")
        database.execute(f"CREATE TABLE {_quoted(table)} AS {read}", [str(place)])
    place.unlink()
    return count > 0


def _is_name(cell: str) -> bool:
    return (len(cell) > 18 or cell.startswith(("0", "+", "-", " "))) and NAME.fullmatch(cell) is not None


def _below_titles(rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """The rows in which something stands, from the one with the names of the columns on: above it there can be titles,
    which fill one cell."""
    filled = (row for row in rows if any(str(cell).strip() for cell in row))
    first = list(islice(filled, LOOKED_AT))
    heads = [place for place, row in enumerate(first) if sum(bool(str(cell).strip()) for cell in row) > 1]
    return chain(first[heads[0] if heads else 0 :], filled)


def _columns(cells: list[Any]) -> list[str]:
    while cells and not str(cells[-1]).strip():
        cells.pop()
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = _plain(str(cell)) or f"column{number}"
        names.append(f"{name}_{number}" if name.lower() in {each.lower() for each in names} else name)
    return names


def _plain(name: str) -> str:
    """A name that needs no quotation marks in SQL."""
    text = re.sub(r"\W+", "_", name.strip()).strip("_")[:60]
    return f"_{text}" if text[:1].isdigit() else text


def _free(database: Any, name: str) -> str:
    taken = {row[0].lower() for row in database.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    return next(each for each in (name, *(f"{name}_{n}" for n in range(2, 1000))) if each.lower() not in taken)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _described(database: Any, tables: list[tuple[str, str]]) -> dict[str, Any]:
    """The tables with their columns and a few rows."""
    if not tables:
        raise Refused("There is no table in these files.")
    lines, data, left = [], [], LONGEST
    for table, source in tables:
        columns = [(row[0], row[1]) for row in database.execute(f"DESCRIBE {_quoted(table)}").fetchall()]
        number = database.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()[0]  # noqa: S608
        listed = ", ".join(f"{_name(name)} {kind}" for name, kind in columns)
        sample = database.execute(f"SELECT * FROM {_quoted(table)} LIMIT {SAMPLES}").fetchall()  # noqa: S608
        rows = "\n".join(" | ".join(map(_short, row)) for row in sample)[: max(0, left)]
        left -= len(rows)
        lines.append(f"Table {_name(table)} ({source}; {number} rows): {listed}\n{rows}")
        data.append({"table": table, "source": source, "rows": number, "columns": columns})
    return {"text": "\n\n".join(lines), "data": {"tables": data}}


def _name(name: str) -> str:
    return name if re.fullmatch(r"[^\W\d]\w*", name) else _quoted(name)


def _selected(database: Any, sql: str, described: dict[str, Any]) -> dict[str, Any]:
    import duckdb

    try:
        statements = database.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise Refused("Only one SELECT can be asked. Nothing can be changed, loaded or written.")
        cursor = database.execute(statements[0])
        names = [column[0] for column in cursor.description or []]
        rows = cursor.fetchmany(SHOWN_ROWS + 1)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        again = "Write the SELECT for the tables that there are, and call again"
        raise Refused(f"{_said(error)}\n\n{again}:\n{described['text'][:3000]}") from None
    kept = _fitted(rows[:SHOWN_ROWS])
    more = f"\n[There are more than {len(kept)} rows. Aggregate, name columns, or use LIMIT and OFFSET.]"
    text = "\n".join(" | ".join(row) for row in (names, *kept)) + (more if len(rows) > len(kept) else "")
    return {"text": text if rows else "No row fits.", "data": {"columns": names, "rows": kept}}


def _fitted(rows: list[Any]) -> list[list[str]]:
    """As many rows as an answer may be long, one at least."""
    kept: list[list[str]] = []
    left = LONGEST
    for row in rows:
        cells = [_short(value) for value in row]
        left -= sum(map(len, cells)) + 3 * len(cells)
        if kept and left < 0:
            break
        kept.append(cells)
    return kept


def _said(error: Exception) -> str:
    """DuckDB's sentence, without the place in the statement and without a table of its own that it suggests instead."""
    text = re.split(r"\n+LINE \d", str(error))[0]
    return re.sub(r'\n?Did you mean "(pg_|duckdb_|sqlite_|information_schema)[^\n]*', "", text)[:500].strip()


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"


if __name__ == "__main__":
    main(*sys.argv[1:])
