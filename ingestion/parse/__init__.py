"""From a file's bytes to its canonical text with pages, headings and blocks. Knows no Django.

Hostile files are expected here: callers outside tests use `ingestion.sandbox.parse_file`, which runs this
package in a process of its own with limits.
"""

from ingestion.parse.types import Block, Heading, Page, Parsed, ParseError

__all__ = ["Block", "Heading", "Page", "ParseError", "Parsed", "parse"]


def parse(data: bytes, filename: str) -> Parsed:
    """Parse `data`; its kind is decided by its content, the filename only breaks ties. Raises ParseError."""
    from ingestion.parse.dispatch import parse as dispatch  # imported late: the worker needs only the types

    return dispatch(data, filename)
