"""Runs that other runtimes answer, and the record of those that could not."""

from collections.abc import Iterator

import pytest
from quarry import celery, runtime
from quarry.runtime import Done, Message, Params
from quarry.runtime.store import Store
from quarry.workers import Worker

from agents import execution
from agents.models import Run
from apps.accounts.models import User
from apps.endpoints import selectors
from apps.endpoints.models import Endpoint, Place
from apps.gateway import selectors as gateway
from apps.knowledge.models import Document
from tests.fixtures.runs import Ask
from tests.runtime.conftest import TINY_ID
from tests.runtime.remote.serving import USAGE, Served, chunk, serving, sse

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = ("Unused days of leave ", "expire in March. [1]")
ANSWER = [*(chunk({"content": words}) for words in WORDS), chunk({}, "stop"), USAGE]


@pytest.fixture
def remote() -> Iterator[Served]:
    """Two endpoints: the first is down, the second answers."""
    before = runtime.settings.current()
    runtime.offer(selectors.offered, selectors.order)
    with serving(lambda talk: talk.stream("text/event-stream", sse(*ANSWER))) as served:
        for slug, url in (("down", "http://127.0.0.1:1"), ("up", served.url)):
            facts = {"name": slug, "kind": "vllm", "model": "granite", "base_url": url, "allow_private": True}
            Endpoint.objects.create(slug=slug, **facts)
        yield served
    runtime.settings.configure(before)


def carried_out(run: Run) -> Run:
    execution.execute(run.pk)
    run.refresh_from_db()
    return run


def test_the_next_in_the_order_answers_and_the_step_says_why(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo, remote: Served
) -> None:
    for position, slug in enumerate(("down", "up")):
        Place.objects.create(position=position, endpoint=Endpoint.objects.get(slug=slug))
    run = carried_out(ask(employee))
    assert run.status == "completed", run.error
    assert run.answer == "".join(WORDS)
    assert (run.model, run.model_sha256) == ("endpoint/up", "")
    assert run.usage == {"prompt_tokens": 12, "cached_tokens": 8, "completion_tokens": 3}
    (failed,) = run.steps.get(kind="generate").result["failed_over"]
    assert failed["model"] == "endpoint/down"
    assert "Connection refused" in failed["why"]
    assert "seven days of leave" in remote.last.json["messages"][-1]["content"]


def test_what_a_model_with_a_price_has_cost_is_said(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo, remote: Served
) -> None:
    Endpoint.objects.filter(slug="up").update(price_input=1_000, price_output=2_000)
    Place.objects.create(position=0, endpoint=Endpoint.objects.get(slug="up"))
    run = carried_out(ask(employee))
    assert run.usage["cost"] == pytest.approx(12 / 1_000 + 3 * 2 / 1_000)
    assert run.steps.get(kind="generate").result["usage"] == run.usage


def test_a_run_may_name_its_own_models(
    ask: Ask, library: Document, employee: User, model: runtime.ModelInfo, remote: Served
) -> None:
    run = carried_out(ask(employee, models=["endpoint/up", "embedded"]))
    assert (run.status, run.model) == ("completed", "endpoint/up")
    assert "failed_over" not in run.steps.get(kind="generate").result


def test_a_worker_without_need_of_a_model_loads_none_until_one_is_asked_for(configured: Store, remote: Served) -> None:
    Place.objects.create(position=0, endpoint=Endpoint.objects.get(slug="up"))
    worker = Worker(role="inference")
    celery._load(worker)
    assert (worker.model, worker.model_sha256) == ("endpoint/up", "")
    assert runtime.loaded() == []
    events = list(runtime.generate([Message("user", "Hi")], model="embedded", params=Params(max_tokens=2)))
    assert isinstance(events[-1], Done)
    assert events[-1].model.id == TINY_ID
    runtime.unload()


def test_programs_see_the_endpoints_that_are_switched_on(
    model: runtime.ModelInfo, remote: Served, employee: User
) -> None:
    Endpoint.objects.filter(slug="down").update(enabled=False)
    assert "endpoint/down" not in {offer.id for offer in gateway.offers(employee)}
    assert {"endpoint/up", model.id} <= {offer.id for offer in gateway.offers(employee)}
    assert gateway.offer(employee, "endpoint/up", "chat").kind == "chat"
