"""Endpoints as administrators configure them: refused with a reason, recorded, and their keys told to nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from quarry import runtime, secrets
from quarry.runtime import Done, Message, Params
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.audit.models import Event
from apps.endpoints import selectors
from apps.endpoints.models import Endpoint, Place
from tests.runtime.remote.certificates import certificate
from tests.runtime.remote.serving import WHOLE, Talk, chunk, serving, sse

PATH = "/api/v1/endpoints"
KEY = "sk-a-very-secret-key"
VLLM = {"slug": "vllm", "name": "Our vLLM", "kind": "vllm", "model": "granite", "allow_private": True, "secret": KEY}


def body(**changes: Any) -> dict[str, Any]:
    return VLLM | {"base_url": "http://127.0.0.1:1/v1"} | changes


@pytest.fixture
def api(client_for: Any, administrator: User) -> APIClient:
    return client_for(administrator)  # type: ignore[no-any-return]


@pytest.fixture
def own_settings() -> Iterator[None]:
    """The runtime as the product sets it up."""
    before = runtime.settings.current()
    runtime.offer(selectors.offered, selectors.order)
    yield
    runtime.settings.configure(before)


def last() -> Event:
    return Event.objects.order_by("-id")[0]


def service(talk: Talk) -> None:
    """An OpenAI-compatible server that knows one key and one model."""
    if talk.headers.get("authorization") != f"Bearer {KEY}":
        talk.reply(401, {"error": {"message": "Invalid key"}})
    elif talk.path == "/v1/models":
        talk.reply(200, {"data": [{"id": "granite"}, {"id": "another"}]})
    elif talk.json["model"] != "granite":
        talk.reply(404, {"error": {"message": "The model does not exist"}})
    elif "tools" in talk.json:
        call = {"index": 0, "id": "c", "function": {"name": "weather", "arguments": '{"city": "Taipei"}'}}
        talk.stream("text/event-stream", sse(chunk({"tool_calls": [call]}), chunk({}, "tool_calls")))
    else:
        talk.stream("text/event-stream", sse(*WHOLE))


def test_an_endpoint_from_its_making_to_its_end(api: APIClient) -> None:
    made = api.post(PATH, body())
    assert made.status_code == 201
    assert made.json()["has_secret"] is True
    assert (last().action, last().facts["secret"], last().facts["slug"]) == ("endpoint.create", True, "vllm")
    changed = api.patch(f"{PATH}/vllm", {"model": "granite-2", "concurrency": 9})
    assert (changed.status_code, changed.json()["model"], changed.json()["has_secret"]) == (200, "granite-2", True)
    assert last().facts == {"model": ["granite", "granite-2"], "concurrency": [4, 9]}
    assert [each["slug"] for each in api.get(PATH).json()["results"]] == ["vllm"]
    assert selectors.offered()[0].info.prices is None, "nobody is paid"
    priced = api.patch(f"{PATH}/vllm", {"price_input": 0.15, "price_output": "0.6"}).json()
    assert (priced["price_input"], priced["price_output"]) == (0.15, 0.6)
    info = selectors.offered()[0].info
    assert info.cost(runtime.Usage(1_000_000, 999, 500_000)) == pytest.approx(0.45)
    assert api.patch(f"{PATH}/vllm", {"price_input": None}).json()["price_input"] is None
    assert api.get(f"{PATH}/vllm").json()["name"] == "Our vLLM"
    assert api.delete(f"{PATH}/vllm").status_code == 204
    assert (last().action, Endpoint.objects.count()) == ("endpoint.delete", 0)
    assert api.get(f"{PATH}/vllm").status_code == 404


def test_the_key_is_encrypted_shown_never_and_recorded_never(api: APIClient) -> None:
    answers = [
        api.post(PATH, body()),
        api.get(PATH),
        api.get(f"{PATH}/vllm"),
        api.patch(f"{PATH}/vllm", {"secret": KEY}),
    ]
    assert not [answer for answer in answers if KEY in answer.content.decode()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM endpoints_endpoint")
        stored = cursor.fetchone()[0]
    assert KEY not in stored
    assert secrets.decrypt(stored) == KEY
    assert KEY not in json.dumps([event.facts for event in Event.objects.all()])
    assert last().facts == {"secret": "changed"}
    assert KEY not in repr(selectors.offered())


def test_keys_can_be_exchanged_and_lost_ones_are_said_to_be(api: APIClient, settings: Any) -> None:
    settings.QUARRY_ENCRYPTION_KEYS = ["old"]
    api.post(PATH, body())
    settings.QUARRY_ENCRYPTION_KEYS = ["new", "old"]
    assert selectors.offered()[0].secret == KEY
    settings.QUARRY_ENCRYPTION_KEYS = ["new"]
    assert api.get(f"{PATH}/vllm").json()["secret_readable"] is False
    assert selectors.offered() == []
    assert api.post(f"{PATH}/vllm/test").status_code == 409
    assert api.patch(f"{PATH}/vllm", {"secret": KEY}).json()["secret_readable"] is True
    assert selectors.offered()[0].secret == KEY


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"base_url": "vllm.example"}, "base_url", "not an address"),
        ({"base_url": "http://vllm.example/v1", "allow_private": False}, "base_url", "only https"),
        ({"kind": "huggingface", "base_url": "https://x.example", "secret": ""}, "secret", "needs a key"),
        ({"kind": "sagemaker", "base_url": ""}, "options.region", "needs this field"),
        ({"kind": "watsonx", "base_url": "https://x.example"}, "options.project_id", "a project or a space"),
        ({"options": {"project_id": "x"}}, "options.project_id", "no such field"),
        ({"ca": "nonsense"}, "ca", "not a certificate"),
        ({"kind": "chatty"}, "kind", "not a valid choice"),
        ({"slug": "a b"}, "slug", "valid"),
        ({"concurrency": 0}, "concurrency", "greater"),
        ({"model": ""}, "model", "blank"),
        ({"price_input": -1}, "price_input", "greater"),
        ({"price_output": "nan"}, "price_output", "valid number"),
    ],
)
def test_what_cannot_be_is_refused_by_field(changes: dict[str, Any], field: str, says: str, api: APIClient) -> None:
    answer = api.post(PATH, body(**changes))
    assert answer.status_code == 400
    assert says in " ".join(answer.json()["errors"][field])
    assert Endpoint.objects.count() == 0


def test_a_name_is_taken_once_and_a_key_goes_to_no_other_address(api: APIClient) -> None:
    api.post(PATH, body())
    assert api.post(PATH, body()).status_code == 409
    answer = api.patch(f"{PATH}/vllm", {"base_url": "https://elsewhere.example/v1"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["secret"])
    assert api.patch(f"{PATH}/vllm", {"base_url": "https://elsewhere.example/v1", "secret": "new"}).status_code == 200


def test_the_order(api: APIClient) -> None:
    path = "/api/v1/endpoint-order"
    api.post(PATH, body())
    assert api.get(path).json() == {"order": ["embedded"]}
    assert selectors.order() == ["embedded"]
    order = ["endpoint/vllm", "embedded"]
    assert api.put(path, {"order": order}).json() == {"order": order}
    assert (last().action, last().facts) == ("endpoint.order", {"order": [["embedded"], order]})
    assert selectors.order() == order
    for wrong in ([], ["embedded", "embedded"], ["endpoint/gone"], ["granite"]):
        assert api.put(path, {"order": wrong}).status_code == 400
    api.patch(f"{PATH}/vllm", {"enabled": False})
    assert (selectors.order(), api.get(path).json()["order"]) == (["embedded"], order)
    api.delete(f"{PATH}/vllm")
    assert (api.get(path).json()["order"], Place.objects.count()) == (["embedded"], 1)


def test_presets_say_what_each_service_needs(api: APIClient) -> None:
    found = {preset["id"]: preset for preset in api.get("/api/v1/endpoint-presets").json()["results"]}
    assert len(found) == 13
    assert (found["vllm"]["own_network"], found["huggingface"]["key"]) == (True, "required")
    assert found["sagemaker"]["options"][0] == {"name": "region", "default": "", "required": True}


def steps(api: APIClient, **changes: Any) -> dict[str, tuple[str, str]]:
    Endpoint.objects.all().delete()
    assert api.post(PATH, body(**changes)).status_code == 201
    answer = api.post(f"{PATH}/vllm/test")
    assert answer.status_code == 200
    assert last().action == "endpoint.test"
    assert last().facts["passed"] is answer.json()["passed"]
    return {step["name"]: (step["status"], step["detail"]) for step in answer.json()["steps"]}


def test_trying_one_that_works(api: APIClient) -> None:
    with serving(service) as served:
        found = steps(api, base_url=f"{served.url}/v1")
    assert list(found) == ["name", "connect", "tls", "key", "model", "answer", "stream", "tools"]
    assert {name: status for name, (status, _) in found.items() if status != "passed"} == {"tls": "skipped"}
    assert found["name"][1] == "The name leads to the address 127.0.0.1."
    assert found["answer"][1] == "The model answered: 你好"


@pytest.mark.parametrize(
    ("changes", "step", "says"),
    [
        ({"base_url": "http://nothing.invalid/v1"}, "name", "cannot be resolved"),
        ({"base_url": "https://localhost:1/v1", "allow_private": False}, "name", "in your own network"),
        ({"base_url": "http://127.0.0.1:1/v1"}, "connect", "Connection refused"),
        ({"secret": "wrong"}, "key", "Invalid key"),
        ({"model": "other"}, "answer", 'has no model "other"'),
    ],
)
def test_trying_one_that_does_not(changes: dict[str, Any], step: str, says: str, api: APIClient) -> None:
    with serving(service) as served:
        found = steps(api, **{"base_url": f"{served.url}/v1"} | changes)
    assert found[step][0] == "failed"
    assert says in found[step][1]
    after = list(found)[list(found).index(step) + 1 :]
    assert {found[name][0] for name in after} == {"skipped"}


def test_trying_one_with_a_wrong_certificate(api: APIClient, tmp_path: Path) -> None:
    authority, files = certificate(tmp_path)
    with serving(service, files) as served:
        assert steps(api, base_url=f"{served.url}/v1")["tls"][0] == "failed"
        assert steps(api, base_url=f"{served.url}/v1", ca=authority)["tls"][0] == "passed"


def test_what_is_said_is_said_in_the_readers_language(api: APIClient) -> None:
    api.post(PATH, body())
    answer = api.post(f"{PATH}/vllm/test", HTTP_ACCEPT_LANGUAGE="zh-Hant").json()
    assert (
        next(step["detail"] for step in answer["steps"] if step["name"] == "connect")
        == "無法連線到 127.0.0.1:1：Connection refused。"
    )


def test_nobody_but_administrators(client_for: Any, employee: User) -> None:
    client = client_for(employee)
    assert client.get(PATH).status_code == client.post(PATH, body()).status_code == 403
    assert client.put("/api/v1/endpoint-order", {"order": ["embedded"]}).status_code == 403


@pytest.mark.usefixtures("own_settings")
def test_the_runtime_answers_with_what_was_just_configured(api: APIClient) -> None:
    with serving(service) as served:
        api.post(PATH, body(base_url=f"{served.url}/v1"))
        api.put("/api/v1/endpoint-order", {"order": ["endpoint/vllm"]})
        assert not runtime.needs_model()
        events = list(runtime.generate([Message("user", "Hello")], params=Params(max_tokens=4)))
    assert isinstance(events[-1], Done)
    assert events[-1].model.id == "endpoint/vllm"
