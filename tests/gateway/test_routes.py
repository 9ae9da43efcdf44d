"""Models that other runtimes serve are models like any other. The other runtime is this same server here."""

from typing import Any

import openai
import pytest

from agents.models import Run
from apps.accounts.models import User
from apps.endpoints import actions
from apps.endpoints.models import Endpoint
from tests.gateway.test_chat import HELLO, text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def beyond(administrator: User, url: str, key: str, model: str) -> Endpoint:
    """An endpoint that leads to a server of OpenAI's protocol."""
    facts = {"slug": "beyond", "name": "Beyond", "kind": "openai", "base_url": url, "model": model, "secret": key}
    return actions.create(administrator, facts | {"allow_private": True})


def test_an_endpoint_is_listed_while_it_is_switched_on(client: openai.OpenAI, model: str, beyond: Endpoint) -> None:
    listed = [each.id for each in client.models.list()]
    assert listed.index(model) < listed.index("endpoint/beyond") < listed.index("assistant/quarry")
    Endpoint.objects.update(enabled=False)
    assert "endpoint/beyond" not in [each.id for each in client.models.list()]
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="endpoint/beyond", messages=HELLO)


def test_it_answers_in_the_same_form(client: openai.OpenAI, model: str, beyond: Endpoint) -> None:
    asked: dict[str, Any] = {"messages": HELLO, "max_tokens": 12}
    here = client.chat.completions.create(model=model, **asked).choices[0].message.content
    there = client.chat.completions.create(model="endpoint/beyond", **asked)
    assert (there.model, there.choices[0].message.content) == ("endpoint/beyond", here)
    assert text_of(list(client.chat.completions.create(model="endpoint/beyond", stream=True, **asked))) == here
    used = list(Run.objects.order_by("created_at").values_list("model", flat=True))
    assert sorted(used) == sorted([model, "endpoint/beyond", model, "endpoint/beyond", model])


def test_what_it_refuses_is_refused(client: openai.OpenAI, beyond: Endpoint) -> None:
    Endpoint.objects.update(model="gpt-9")
    with pytest.raises(openai.APIStatusError) as caught:
        client.chat.completions.create(model="endpoint/beyond", messages=HELLO, max_tokens=5)
    assert caught.value.status_code in (400, 503)
    assert Run.objects.get(status="failed").error["title"] == "The model cannot answer"
