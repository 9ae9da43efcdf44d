"""Finds the parser for a file and turns whatever goes wrong in it into one clear sentence."""

import importlib
import logging
from collections.abc import Callable
from pathlib import PurePath

from ingestion.parse.archive import inspect
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
_SUFFIXES = {
    "pdf": {".pdf"},
    "docx": {".docx", ".docm", ".dotx", ".dotm"},
    "pptx": {".pptx", ".pptm", ".ppsx", ".ppsm", ".potx"},
    "xlsx": {".xlsx", ".xlsm", ".xltx"},
    "image": {".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp", ".webp"},
    "html": {suffix for suffix, kind in TEXT_KINDS.items() if kind == "html"},
}
_NAMES = {
    "pdf": "a PDF",
    "docx": "a Word document",
    "pptx": "a PowerPoint file",
    "xlsx": "an Excel workbook",
    "image": "a picture",
    "html": "HTML",
    "json": "JSON",
    "email": "an e-mail",
    "text": "plain text",
}


def parse(data: bytes, filename: str) -> Parsed:
    """Parse by content. Raises ParseError with a sentence for the person."""
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
        name = _NAMES.get(kind, kind)
        raise ParseError(f"The file is damaged or not really {name} ({type(error).__name__}).") from error
    _finish(parsed, kind, filename)
    return parsed


def _finish(parsed: Parsed, kind: str, filename: str) -> None:
    path = PurePath(filename)
    if _misnamed(kind, path.suffix.lower()):
        parsed.warnings.append(f"The file is named {path.suffix.lower()} but is {_NAMES[kind]}; it was read as such.")
    parsed.title = parsed.title or path.stem


def _misnamed(kind: str, suffix: str) -> bool:
    """Text may have any suffix but one that promises something else; every other kind has its own."""
    if kind in _SUFFIXES:
        return bool(suffix) and suffix not in _SUFFIXES[kind]
    return kind == "text" and any(suffix in suffixes for suffixes in _SUFFIXES.values())
