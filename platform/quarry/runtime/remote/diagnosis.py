"""Tries an endpoint step by step, and says at each what is wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from quarry import egress

from ..types import Event, Message, Params, Reasoning, Request, RuntimeFault, Token, Tool, ToolCall
from . import faults, generate, models
from .endpoint import Endpoint
from .line import Line

# "missing": it can be used, but lacks something; "skipped": nothing to try, or a step before has failed.
Status: TypeAlias = Literal["passed", "failed", "missing", "skipped"]
STEPS = ("name", "connect", "tls", "key", "model", "answer", "stream", "tools")
PATIENCE = 30.0
QUESTION = Message("user", "Say hello in one short sentence.")
CALL = Message("user", "What is the weather in Taipei? Use the tool.")
TOOL = Tool(
    "weather",
    "Tells the weather in a city",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a step."""

    name: str
    status: Status
    detail: str
    seconds: float = 0.0


@dataclass
class Diagnosis:
    """All steps in their order, and the models that the service offers."""

    steps: list[Checked] = field(default_factory=list)
    models: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not any(step.status == "failed" for step in self.steps)


def diagnose(endpoint: Endpoint) -> Diagnosis:
    """Goes on as long as the steps pass; those that were not tried are there too."""
    patient = replace(endpoint, timeout=min(endpoint.timeout, PATIENCE))
    found, since = Diagnosis(), time.monotonic()
    for step in _steps(patient, found):
        now = time.monotonic()
        found.steps.append(replace(step, seconds=round(now - since, 3)))
        since = now
        if step.status == "failed":
            break
    done = {step.name for step in found.steps}
    found.steps += [Checked(name, "skipped", "Not tried.") for name in STEPS if name not in done]
    found.steps.sort(key=lambda step: STEPS.index(step.name))
    return found


def _steps(endpoint: Endpoint, found: Diagnosis) -> Iterator[Checked]:
    yield from _way(endpoint)
    yield from _catalogue(endpoint, found)
    yield from _answer(endpoint)
    yield _tools(endpoint)


def _way(endpoint: Endpoint) -> Iterator[Checked]:
    line, done = Line(endpoint), 0
    try:
        for kind, value in egress.reach(endpoint.url, endpoint.policy(), line.watch):
            done += 1
            yield Checked(kind, "passed", _told(kind, value))
        if done < 3:
            yield Checked("tls", "skipped", "The connection is not encrypted.")
    except egress.EgressError as error:
        yield Checked(STEPS[done], "failed", str(error))


def _told(kind: str, value: str) -> str:
    if kind == "name":
        return f"The name leads to the address {value}."
    if kind == "connect":
        return "The server takes connections."
    return "The connection is encrypted, and the certificate is trusted."


def _catalogue(endpoint: Endpoint, found: Diagnosis) -> Iterator[Checked]:
    """A service that lists its models shows by it whether the key is right."""
    try:
        offered = models(Line(endpoint))
    except (RuntimeFault, egress.EgressError) as fault:
        if getattr(fault, "status", 0) in (401, 402, 403):
            yield Checked("key", "failed", str(fault))
        else:
            yield Checked("model", "skipped", "The service does not list its models: the answer will show it.")
        return
    yield Checked("key", "passed", "The key is accepted.") if endpoint.secret else _no_key()
    if offered is None:
        yield Checked("model", "skipped", "The service does not list its models: the answer will show it.")
        return
    found.models = sorted(offered)[:500]
    yield _model(endpoint, offered)


def _no_key() -> Checked:
    return Checked("key", "skipped", "No key is set, and none was asked for.")


def _model(endpoint: Endpoint, offered: list[str]) -> Checked:
    """Names with and without a tag are the same to Ollama, and some list a path instead of the name."""
    name = endpoint.model
    if any(each in (name, f"{name}:latest") for each in offered):
        return Checked("model", "passed", f'The service offers "{name}".')
    return Checked("model", "missing", f'The service does not list "{name}".')


def _answer(endpoint: Endpoint) -> Iterator[Checked]:
    try:
        events = _ask(endpoint, Request([QUESTION], params=Params(max_tokens=32)))
    except RuntimeFault as fault:
        step = "key" if isinstance(fault, faults.Unanswered) and fault.status in (401, 402, 403) else "answer"
        yield Checked(step, "failed", str(fault))
        return
    pieces = [event.text for event in events if isinstance(event, Token | Reasoning) and event.text]
    if not pieces:
        yield Checked("answer", "failed", "The model answered without a word.")
        return
    words = " ".join("".join(pieces).split())[:200]
    yield Checked("answer", "passed", f"The model answered: {words}")
    if len(pieces) > 1:
        yield Checked("stream", "passed", "The answer came piece by piece.")
    else:
        yield Checked("stream", "missing", "The answer came in one piece: people see nothing until it is whole.")


def _tools(endpoint: Endpoint) -> Checked:
    request = Request([CALL], tools=[TOOL], choice="auto", params=Params(max_tokens=128))
    try:
        events = _ask(endpoint, request)
    except RuntimeFault as fault:
        return Checked("tools", "missing", f"Tools cannot be used: {fault}")
    if any(isinstance(event, ToolCall) for event in events):
        return Checked("tools", "passed", "The model called a tool.")
    return Checked("tools", "missing", "The model was offered a tool and did not call it.")


def _ask(endpoint: Endpoint, request: Request) -> list[Event]:
    return list(generate(endpoint, request))
