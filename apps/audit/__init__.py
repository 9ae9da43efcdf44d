"""The append-only, hash-chained record of who did what. Others call `record` inside their own transaction."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apps.audit.recording import record

__all__ = ["record"]


def __getattr__(name: str) -> Any:
    # Imported on first use: Django forbids importing models while it loads the applications.
    if name != "record":
        raise AttributeError(name)
    from apps.audit.recording import record

    return record
