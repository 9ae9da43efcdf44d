"""Models that somebody else's runtime serves, behind the same door as the embedded one."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from types import ModuleType

from quarry import egress

from ..checks import check
from ..types import Done, EngineBusy, Event, InvalidRequest, Request, RuntimeFault
from . import chatbody, limiter, openai, replicate, sagemaker, watsonx
from .assembly import NO_USAGE
from .endpoint import PREFIX, Endpoint
from .faults import Unanswered, Unsupported
from .line import Line, Stopped, Watch
from .presets import PRESETS, Preset

__all__ = ["PREFIX", "PRESETS", "Endpoint", "Preset", "Unanswered", "Unsupported", "generate", "models"]

logger = logging.getLogger(__name__)
PROTOCOLS: dict[str, ModuleType] = {
    "openai": openai,
    "watsonx": watsonx,
    "replicate": replicate,
    "sagemaker": sagemaker,
}
WAITS = (0.3, 1.5)  # seconds before the second try and the third
PATIENCE = 2.0  # a service that is busy for longer than this is not waited for: another model may be free


def generate(endpoint: Endpoint, request: Request) -> Iterator[Event]:
    """Checks at once, so that mistakes are raised here; the answer comes with the iteration."""
    check(request, None)
    if request.prompt is None:
        chatbody.messages(request)  # refuses what is no conversation
    why = "a grammar is for the embedded engine only." if request.grammar else ""
    if why := why or PROTOCOLS[endpoint.preset.protocol].refuses(endpoint, request):
        raise Unsupported(f'The endpoint "{endpoint.slug}" cannot do this: {why}')
    return _answer(endpoint, request)


def models(line: Line) -> list[str] | None:
    """The models that the endpoint offers; None where it does not say."""
    found: list[str] | None = PROTOCOLS[line.endpoint.preset.protocol].models(line)
    return found


def _answer(endpoint: Endpoint, request: Request) -> Iterator[Event]:
    watch = Watch(endpoint, request.cancelled)
    turnstile = limiter.of(endpoint)
    try:
        yield from turnstile.enter(endpoint.concurrency, watch)
        try:
            yield from _with_retries(endpoint, request)
        finally:
            turnstile.leave()
    except Stopped:
        yield Done("cancelled", NO_USAGE, endpoint.info)


def _with_retries(endpoint: Endpoint, request: Request) -> Iterator[Event]:
    """Tries again what another try may mend, as long as nothing of an answer was given out."""
    for wait in (*WAITS, None):
        line, begun = Line(endpoint, request.cancelled), False
        try:
            for event in _once(line, request):
                begun = True
                yield event
            return
        except RuntimeFault as fault:
            seconds = _before_another_try(fault, wait)
            if begun or seconds is None:
                raise
            logger.info("%s is asked again in %.1f seconds: %s", endpoint.name, seconds, fault)
        line.watch.sleep(seconds)


def _once(line: Line, request: Request) -> Iterator[Event]:
    """One try; whatever the connection does wrong becomes a fault."""
    try:
        yield from PROTOCOLS[line.endpoint.preset.protocol].answer(line, request)
    except egress.EgressError as error:
        again = error.kind in ("connect", "broken")
        raise Unanswered(f'The endpoint "{line.endpoint.slug}" cannot be reached: {error}', again) from error


def _before_another_try(fault: RuntimeFault, wait: float | None) -> float | None:
    """How long to wait before it; None where it would be of no use."""
    if wait is None or isinstance(fault, InvalidRequest):
        return None
    if isinstance(fault, EngineBusy):
        return fault.retry_after if fault.retry_after <= PATIENCE else None
    if isinstance(fault, Unanswered) and fault.again:
        return wait * random.uniform(0.8, 1.2)  # noqa: S311  so that those who failed together do not return together
    return None
