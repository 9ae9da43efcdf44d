"""The log in the forms that other systems read: JSON Lines, CSV, and OCSF 1.3 for security information systems."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from quarry import __version__

from apps.audit.models import Event

COLUMNS = [
    "id",
    "time",
    "actor",
    "action",
    "object_type",
    "object_id",
    "object",
    "facts",
    "ip",
    "previous_hash",
    "hash",
]
# OCSF classes (schema.ocsf.io, 1.3.0): the class and activity an action belongs to, by its beginning.
AUTHENTICATION, ACCOUNT_CHANGE, API_ACTIVITY = 3002, 3001, 6003
# Spreadsheets take what begins so for a formula; the wide forms too, where Chinese is typed.
FORMULA = "=+-@\t\r\n＝＋－＠"
ACTIVITIES = {"create": 1, "upload": 1, "ask": 1, "query": 2, "change": 3, "delete": 4, "revoke": 4}


def plain(event: Event) -> dict[str, Any]:
    """An event as flat JSON."""
    return {
        "id": event.id,
        "time": event.time.isoformat().replace("+00:00", "Z"),
        "actor": event.actor_email,
        "action": event.action,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "object": event.object_label,
        "facts": event.facts,
        "ip": event.ip,
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def json_lines(events: Iterable[Event]) -> Iterator[str]:
    return (json.dumps(plain(event), ensure_ascii=False) + "\n" for event in events)


def csv_lines(events: Iterable[Event]) -> Iterator[str]:
    """With a byte order mark, so that Excel reads the Chinese; cells cannot begin a formula."""
    yield "\ufeff" + ",".join(COLUMNS) + "\r\n"
    for event in events:
        row = plain(event)
        row["facts"] = json.dumps(row["facts"], ensure_ascii=False)
        line = io.StringIO()
        csv.writer(line).writerow([_inert(row[column]) for column in COLUMNS])
        yield line.getvalue()


def ocsf_lines(events: Iterable[Event]) -> Iterator[str]:
    return (json.dumps(ocsf(event), ensure_ascii=False) + "\n" for event in events)


def ocsf(event: Event) -> dict[str, Any]:
    """One OCSF event; what OCSF has no place for is under `unmapped`."""
    class_uid, activity = _class(event.action)
    failed = event.action.endswith("_failed")
    return {
        "metadata": {
            "version": "1.3.0",
            "product": {"name": "Quarry", "version": __version__},
            "uid": str(event.id),
            "event_code": event.action,
        },
        "category_uid": class_uid // 1000,
        "class_uid": class_uid,
        "activity_id": activity,
        "type_uid": class_uid * 100 + activity,
        "time": int(event.time.timestamp() * 1000),
        "severity_id": 2 if failed else 1,
        "status_id": 2 if failed else 1,
        "actor": {"user": {"uid": str(event.actor_id or ""), "email_addr": event.actor_email}},
        "user": {"uid": str(event.actor_id or ""), "email_addr": event.actor_email},
        "api": {"operation": event.action},
        "src_endpoint": {"ip": event.ip} if event.ip else {},
        "resources": [{"type": event.object_type, "uid": event.object_id, "name": event.object_label}],
        "unmapped": {"facts": event.facts, "hash": event.hash, "previous_hash": event.previous_hash},
    }


def _class(action: str) -> tuple[int, int]:
    noun, _, verb = action.partition(".")
    if noun == "session":
        return AUTHENTICATION, 2 if verb == "sign_out" else 1
    if noun in ("person", "group", "api_key"):
        return ACCOUNT_CHANGE, {"create": 1, "change_password": 3, "reset_password": 4, "delete": 6}.get(verb, 99)
    return API_ACTIVITY, ACTIVITIES.get(verb, 99)


def _inert(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value[:1] in FORMULA and value else value
