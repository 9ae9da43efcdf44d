"""The API's five doors. Each is a plain async view: parse, start a run, hand its events on."""

import base64
from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from quarry.api.streaming import in_thread

from apps.accounts.models import User
from apps.gateway import actions, requests, selectors
from apps.gateway.api.answering import at_once, begun, streamed
from apps.gateway.api.chat_shape import ChatShape
from apps.gateway.api.http import endpoint, keyholder, sent
from apps.gateway.api.shape import Shape
from apps.gateway.api.text_shape import TextShape
from apps.gateway.fields import Fields, invalid
from apps.gateway.requests import Wanted

MOST_TEXTS = 2048


@endpoint("POST")
async def chat_completions(request: HttpRequest) -> HttpResponseBase:
    person, body = await sent(request)
    return await _answered(person, requests.chat(body), body)


@endpoint("POST")
async def completions(request: HttpRequest) -> HttpResponseBase:
    person, body = await sent(request)
    return await _answered(person, requests.text(body), body)


async def _answered(person: User, wanted: Wanted, body: Fields) -> HttpResponseBase:
    run, wanted = await begun(person, lambda: actions.complete(person, wanted, body))
    shape: Shape = ChatShape(run, wanted) if wanted.chat else TextShape(run, wanted)
    return await (streamed if wanted.stream else at_once)(person, run, shape)


@endpoint("POST")
async def embeddings(request: HttpRequest) -> HttpResponseBase:
    person, body = await sent(request)
    texts, model = body.prompts("input", MOST_TEXTS), body.text("model")
    packed = body.word("encoding_format", ["float", "base64"], "float") == "base64"
    kind: Any = body.word("input_type", ["query", "passage"], "passage")
    offer = await in_thread(lambda: selectors.offer(person, model, "embedding"))
    if body.integer("dimensions", 1, 100_000, offer.dimension) != offer.dimension:
        raise invalid("dimensions", f"This model's embeddings have {offer.dimension} dimensions, and no others.")
    vectors, tokens = await in_thread(lambda: actions.embed(person, model, texts, kind))
    data = [
        {"object": "embedding", "index": place, "embedding": _packed(vector) if packed else vector.tolist()}
        for place, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return JsonResponse({"object": "list", "data": data, "model": model, "usage": usage})


def _packed(vector: np.ndarray) -> str:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()


@endpoint("GET")
async def models(request: HttpRequest) -> HttpResponseBase:
    person = await in_thread(lambda: keyholder(request))
    found = await in_thread(lambda: list(selectors.offers(person)))
    return JsonResponse({"object": "list", "data": [offer.facts() for offer in found]})


@endpoint("GET")
async def model(request: HttpRequest, id: str) -> HttpResponseBase:
    person = await in_thread(lambda: keyholder(request))
    offer = await in_thread(lambda: selectors.offer(person, id, "chat", "assistant", "embedding"))
    return JsonResponse(offer.facts())
