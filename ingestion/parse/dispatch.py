"""Finds the parser for a file and turns whatever goes wrong in it into one clear sentence."""

import importlib
import logging
from collections.abc import Callable
from pathlib import PurePath

from ingestion.parse.archive import inspect
from ingestion.parse.limits import MAX_BYTES
from ingestion.parse.sniff import TEXT_KINDS, sniff
from ingestion.parse.types import Parsed, ParseError

logger = logging.getLogger(__name__)
Parser = Callable[[bytes], Parsed]

# Imported when needed: each library costs start-up time and memory in the child process.
_MODULES = {
    "pdf": "pdf",
    "image": "image",
    "docx": "word",
    "pptx": "slides",
    "xlsx": "sheets",
    "html": "web",
    "markdown": "markdown",
    "csv": "table",
    "json": "data",
    "email": "mail",
    "text": "plain",
}
_SUFFIXES = {"pdf": {".pdf"}, "docx": {".docx", ".docm"}, "pptx": {".pptx", ".pptm"}, "xlsx": {".xlsx", ".xlsm"}}
_NAMES = {"pdf": "a PDF", "docx": "a Word document", "pptx": "a PowerPoint file", "xlsx": "an Excel workbook"}


def parse(data: bytes, filename: str) -> Parsed:
    """Parse by content. Raises ParseError with a sentence for the person."""
    if len(data) > MAX_BYTES:
        raise ParseError(f"The file has {len(data) / 1e6:,.0f} MB; the limit is {MAX_BYTES // 1_048_576} MB.")
    kind = sniff(data, filename)
    if kind in ("docx", "pptx", "xlsx"):
        inspect(data)
    module = importlib.import_module(f"ingestion.parse.{_MODULES[kind]}")
    try:
        parsed: Parsed = module.parse(data)
    except (ParseError, MemoryError):
        raise
    except RecursionError as error:
        raise ParseError("The file is nested too deeply to be read.") from error
    except Exception as error:
        logger.exception("The parser for %s failed", kind)
        raise ParseError(f"The file is damaged or not a real {kind} file ({type(error).__name__}).") from error
    _finish(parsed, kind, filename)
    return parsed


def _finish(parsed: Parsed, kind: str, filename: str) -> None:
    path = PurePath(filename)
    suffix = path.suffix.lower()
    expected = _SUFFIXES.get(kind)
    if expected and suffix and suffix not in expected:
        parsed.warnings.append(f"The file is named {suffix} but is {_NAMES[kind]}; it was read as such.")
    elif kind == "text" and any(suffix in suffixes for suffixes in _SUFFIXES.values()):
        parsed.warnings.append(f"The file is named {suffix} but is plain text; it was read as such.")
    elif kind == "html" and suffix and TEXT_KINDS.get(suffix) != "html":
        parsed.warnings.append(f"The file is named {suffix} but is HTML; it was read as such.")
    parsed.title = parsed.title or path.stem
