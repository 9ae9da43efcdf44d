"""Which runtime answers: the embedded engine or a remote endpoint, and the next in the order where one cannot."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence

from . import chat, pool, settings
from .remote import PREFIX, Unsupported
from .remote import generate as generate_remotely
from .types import (
    EngineBusy,
    Event,
    FailedOver,
    InvalidRequest,
    ModelUnavailable,
    Prefill,
    Queued,
    Request,
    RuntimeFault,
)

logger = logging.getLogger(__name__)
REST = 15.0  # seconds for which a model that failed is tried after the others
BEFORE = (Queued, Prefill, FailedOver)  # events that are nothing of an answer yet
_failed: dict[str, float] = {}


def generate(model: str | Sequence[str] | None, request: Request) -> Iterator[Event]:
    """The answer of the first model in the order that can give one. Mistakes of the caller are raised here."""
    names = _names(model)
    if len(names) == 1:
        return _open(names[0], request)
    return _Tries(_rested_first(names), request).answer()


def needs_model() -> bool:
    """Whether an order may lead to a model in this process."""
    return any(not name.startswith(PREFIX) for name in settings.current().order())


def count_tokens(text: str) -> int:
    """By the embedded model's vocabulary; where there is none, four Latin letters or one Chinese character a token."""
    try:
        return pool.count_tokens(text)
    except ModelUnavailable:
        if needs_model():
            raise
    return len(text) // 4 + sum(ord(char) >= 0x2E80 for char in text) * 3 // 4 + 1


def _names(model: str | Sequence[str] | None) -> list[str]:
    names = [model] if isinstance(model, str) else list(dict.fromkeys(model or ()))
    return names or list(settings.current().order()) or [settings.EMBEDDED]


def _rested_first(names: list[str]) -> list[str]:
    now = time.monotonic()
    return sorted(names, key=lambda name: _failed.get(name, 0.0) > now)


def _open(name: str, request: Request) -> Iterator[Event]:
    if not name.startswith(PREFIX):
        return chat.generate(None if name == settings.EMBEDDED else name, request)
    found = next((each for each in settings.current().endpoints() if each.name == name), None)
    if found is None:
        raise Unsupported(f'There is no endpoint "{name.removeprefix(PREFIX)}", or it is switched off.')
    return generate_remotely(found, request)


class _Tries:
    """One request on its way through the order."""

    def __init__(self, names: list[str], request: Request) -> None:
        self._names, self._request = names, request
        self._faults: dict[str, RuntimeFault] = {}
        self._first = self._next()  # raises at once what no model can mend

    def answer(self) -> Iterator[Event]:
        """The events of whoever can answer, and before them who could not."""
        told, current = 0, self._first
        while True:
            for name, fault in list(self._faults.items())[told:]:
                yield FailedOver(name, str(fault))
            told = len(self._faults)
            name, events = current
            begun = False
            try:
                for event in events:
                    begun = begun or not isinstance(event, BEFORE)
                    yield event
                _failed.pop(name, None)
                return
            except RuntimeFault as fault:
                if begun or not _may_pass_on(fault):
                    raise
                self._note(name, fault)
            current = self._next()

    def _next(self) -> tuple[str, Iterator[Event]]:
        """The next model that takes the request; where none is left, the fault that tells most."""
        while self._names:
            name = self._names.pop(0)
            try:
                return name, _open(name, self._request)
            except RuntimeFault as fault:
                if not _may_pass_on(fault):
                    raise
                self._note(name, fault)
        raise self._all_failed()

    def _note(self, name: str, fault: RuntimeFault) -> None:
        logger.warning("%s cannot answer, the next is asked: %s", name, fault)
        self._faults[name] = fault
        if not isinstance(fault, InvalidRequest):
            _failed[name] = time.monotonic() + REST

    def _all_failed(self) -> RuntimeFault:
        faults = list(self._faults.values())
        if all(isinstance(fault, EngineBusy) for fault in faults):
            return min((f for f in faults if isinstance(f, EngineBusy)), key=lambda fault: fault.retry_after)
        if all(isinstance(fault, InvalidRequest) for fault in faults):
            return faults[0]
        return ModelUnavailable("None of the models can answer. " + " ".join(str(fault) for fault in faults))


def _may_pass_on(fault: RuntimeFault) -> bool:
    """A mistake of the caller's is one for every model; what one of them cannot do, another may."""
    return isinstance(fault, Unsupported) or not isinstance(fault, InvalidRequest)
