"""Looks an Office file over before any library opens it: bombs, macros, passwords, document type definitions."""

import io
import zipfile

from ingestion.parse.limits import MAX_ARCHIVE_FILES, MAX_RATIO, MAX_UNPACKED, UNSUSPICIOUS
from ingestion.parse.types import ParseError

_FORBIDDEN = [
    word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ("ascii", "utf-16-le", "utf-16-be")
]
_CHUNK = 1 << 20
_MACROS = "The file contains macros; save it without macros (as docx, xlsx or pptx) and upload it again."


def inspect(data: bytes) -> None:
    """Raises ParseError unless the archive is harmless."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _refuse_bombs(members, len(data))
            _refuse_macros(members)
            for member in members:
                _read_through(archive, member)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise ParseError("The file is damaged: its ZIP container cannot be read to the end.") from error
    except RuntimeError as error:  # zipfile's way to ask for a password
        raise ParseError("The document is protected by a password; remove it and upload the file again.") from error
    except Exception as error:
        if type(error).__name__ == "error":  # zlib.error
            raise ParseError("The file is damaged: its ZIP container cannot be unpacked.") from error
        raise


def _refuse_bombs(members: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_ARCHIVE_FILES:
        raise ParseError(f"The file holds {len(members):,} parts, more than any document should.")
    if unpacked > MAX_UNPACKED or (unpacked > UNSUSPICIOUS and unpacked > MAX_RATIO * packed):
        raise ParseError(
            f"The file would unpack to {unpacked / 1e6:,.0f} MB: it is taken for a ZIP bomb and not opened."
        )


def _refuse_macros(members: list[zipfile.ZipInfo]) -> None:
    """Macros never run here, but the original can be downloaded by others: it should not carry them."""
    names = [member.filename.lower() for member in members]
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name for name in names):
        raise ParseError(_MACROS)


def _read_through(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Unpacks a part without keeping it: finds lying sizes, bad checksums and what no part may hold."""
    seen, tail = 0, b""
    with archive.open(member) as part:
        while chunk := part.read(_CHUNK):
            seen += len(chunk)
            if seen > member.file_size:
                raise ParseError("The file is damaged: a part of it is larger than it claims.")
            _look_at(tail + chunk, member.filename)
            tail = chunk[-64:]


def _look_at(piece: bytes, name: str) -> None:
    """Macros are known by their type whatever their part is called. XML by its suffix: every other part is read by a
    parser that expands nothing. Office never writes a DTD; one exists only to expand entities."""
    if name == "[Content_Types].xml" and b"vbaProject" in piece:
        raise ParseError(_MACROS)
    if name.lower().endswith((".xml", ".rels", ".vml")) and any(word in piece for word in _FORBIDDEN):
        raise ParseError("The file contains an XML document type definition, which a real Office file never has.")
