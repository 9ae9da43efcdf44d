"""Keeps the addresses that set schedules off out of the logs: whoever knows one may call it."""

import logging
import re
from typing import Any

TOKEN = re.compile(r"(/api/v1/hooks/)[^\s/?\"]+")
LOGGERS = ("uvicorn.access", "quarry.api.problem")


class WithoutTokens(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_hidden, record.args))
        return True


def hide_tokens() -> None:
    """Has the loggers that write addresses down leave that part out."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(WithoutTokens())


def _hidden(value: Any) -> Any:
    return TOKEN.sub(r"\1…", value) if isinstance(value, str) else value
