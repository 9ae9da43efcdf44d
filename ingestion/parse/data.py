"""JSON and JSON Lines: records become rows, anything else stays formatted JSON."""

import json
from typing import Any

from ingestion.parse.builder import Builder
from ingestion.parse.encoding import decode
from ingestion.parse.limits import MAX_ROWS
from ingestion.parse.types import Parsed, ParseError


def parse(data: bytes) -> Parsed:
    """Parse JSON; a list of objects gets one row each."""
    text, warnings = decode(data)
    builder = Builder("application/json")
    for warning in warnings:
        builder.warn(warning)
    value = _load(text)
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        _add_records(builder, value)
    else:
        builder.code(json.dumps(value, ensure_ascii=False, indent=2))
    return builder.finish()


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            return [json.loads(line) for line in lines]
        except json.JSONDecodeError:
            raise ParseError(f"The file is not correct JSON: {error.msg} in line {error.lineno}.") from error
    except ValueError as error:
        raise ParseError("The file holds a number of thousands of digits, which is not read.") from error


def _add_records(builder: Builder, records: list[dict[str, Any]]) -> None:
    if len(records) > MAX_ROWS:
        raise ParseError(f"The file has more than {MAX_ROWS:,} records; split it.")
    for record in records:
        builder.row([_cell(value) for value in record.values()], list(record))


def _cell(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
