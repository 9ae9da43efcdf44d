"""Carries out a call of an operation, and says what came of it in words that a model can act on."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from quarry import egress

from agents.tools import access, masking
from agents.tools.models import Operation, Tool
from agents.tools.registry import Call
from agents.tools.types import Context, Result, ToolError

from . import reading, request, sending
from .reading import Answer

UNSURE = "It is not known whether the service has carried it out: look before you call again."


def maker(operation: Operation) -> Call:
    """What calls the operation."""

    def call(context: Context, arguments: Mapping[str, Any]) -> Result:
        return _Calling(operation, context).call(arguments)

    return call


class _Calling:
    def __init__(self, operation: Operation, context: Context) -> None:
        self._operation, self._tool = operation, operation.tool
        self._watch = sending.Watch(context.deadline, context.cancelled)

    def call(self, arguments: Mapping[str, Any]) -> Result:
        try:
            return self._called(arguments)
        except ToolError as error:
            raise ToolError(masking.masked(str(error), hidden(self._tool))) from None

    def _called(self, arguments: Mapping[str, Any]) -> Result:
        config = self._operation.config
        made = request.prepared(config, arguments, access.credentials(self._tool))
        try:
            policy = access.policy(self._tool, config["server"])
            return self._result(sending.send(made, policy, self._watch))
        except egress.EgressError as error:
            raise ToolError(f"The call failed. {error}{self._unsure()}") from None
        except sending.Cancelled:
            raise ToolError(f"The call was stopped.{self._unsure()}") from None
        except sending.TooLong as error:
            return self._unread(error.answer, "The answer is too long to be read; ask for less, or for a part of it.")

    def _result(self, answer: Answer) -> Result:
        if 300 <= answer.status < 400:
            raise ToolError(
                f"The service answered {answer.status}: it wants to send us elsewhere, which is not followed."
            )
        if answer.status >= 400:
            raise ToolError(f"The service refused: {reading.fault(answer, hidden(self._tool))}{self._advice(answer)}")
        try:
            text, value = reading.read(answer)
        except reading.Unreadable as error:
            return self._unread(answer, str(error))
        secrets = hidden(self._tool)
        data = {"status": answer.status, "type": answer.kind, "body": value}
        return Result(masking.masked(text, secrets), masking.masked(data, secrets))

    def _unread(self, answer: Answer, why: str) -> Result:
        """What has been done must not look as if it had failed: somebody would do it again."""
        if answer.status >= 400:
            raise ToolError(f"The service refused: {reading.fault(answer, hidden(self._tool))}{self._advice(answer)}")
        if not self._operation.writes:
            raise ToolError(why)
        done = f"The service carried it out and answered {answer.status}. {why}"
        return Result(done, {"status": answer.status, "type": answer.kind, "body": None})

    def _advice(self, answer: Answer) -> str:
        match answer.status:
            case 401 | 403 | 407:
                return " The arguments are not the reason: do not repeat the call; an administrator must look at it."
            case 429:
                return " It was called too often. Go on without it, or try once more later."
            case status if status >= 500 and self._operation.writes:
                return f" {UNSURE}"
        return ""

    def _unsure(self) -> str:
        return f" {UNSURE}" if self._watch.sent and self._operation.writes else ""


def hidden(tool: Tool) -> list[str]:
    """The tool's secrets in each form in which a service could say them back."""
    found = set()
    for value in masking.values(tool):
        encoded = base64.b64encode(value.encode()).decode()
        found |= {value, quote(value, safe=""), quote_plus(value), encoded, encoded.rstrip("=")}
        found.add(value.replace("\\", "\\\\").replace('"', '\\"'))
    return sorted(found, key=len, reverse=True)
