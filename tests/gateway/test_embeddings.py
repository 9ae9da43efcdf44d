"""Embeddings with the official client and the real embedding model."""

from typing import Any

import httpx
import numpy as np
import openai
import pytest
from quarry import runtime

from apps.audit.models import Event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.model]
MODEL = "multilingual-e5-small"
TEXTS = ["Unused days of leave expire in March.", "未休完之日數遞延至次年三月底。", "The filter is replaced."]


def test_the_official_client_asks_for_base64_and_gets_the_vectors(client: openai.OpenAI) -> None:
    made = client.embeddings.create(model=MODEL, input=TEXTS)
    vectors = np.array([each.embedding for each in made.data], np.float32)
    assert np.array_equal(vectors, runtime.embed(TEXTS, "passage"))
    assert [each.index for each in made.data] == [0, 1, 2]
    assert made.usage.prompt_tokens == made.usage.total_tokens == sum(runtime.embedding_tokens(TEXTS, "passage")[0])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_numbers_and_a_single_text(client: openai.OpenAI) -> None:
    [made] = client.embeddings.create(model=MODEL, input=TEXTS[0], encoding_format="float").data
    assert np.allclose(made.embedding, runtime.embed(TEXTS[:1], "passage")[0], atol=1e-6)
    assert 15 > client.embeddings.create(model=MODEL, input="Hello").usage.prompt_tokens > 3


def test_questions_are_embedded_as_questions(client: openai.OpenAI) -> None:
    made = client.embeddings.create(model=MODEL, input=TEXTS[0], extra_body={"input_type": "query"})
    assert np.array_equal(np.array(made.data[0].embedding, np.float32), runtime.embed(TEXTS[:1], "query")[0])


def test_the_name_of_the_space_will_do_and_the_dimension_is_what_it_is(client: openai.OpenAI) -> None:
    name, dimension = runtime.embedding_space()
    assert len(client.embeddings.create(model=name, input="Hello", dimensions=dimension).data[0].embedding) == dimension
    with pytest.raises(openai.BadRequestError) as caught:
        client.embeddings.create(model=MODEL, input="Hello", dimensions=256)
    assert (caught.value.param, str(dimension) in caught.value.message) == ("dimensions", True)


def test_the_count_is_the_models_own(client: openai.OpenAI) -> None:
    from quarry.runtime import embedding

    encoder = embedding.load().encoder
    for kind in ("query", "passage"):
        counts, limit = runtime.embedding_tokens(TEXTS, kind)  # type: ignore[arg-type]
        expected = [len(encoder.tokenizer(f"{kind}: {text}")["input_ids"]) for text in TEXTS]
        assert (counts, limit) == (expected, encoder.max_seq_length)


@pytest.mark.parametrize("wrong", ["", [], [""], ["Hello", ""], [1, 2], [[1, 2]], ["x"] * 2049, {"a": 1}, 5, None])
def test_input_that_cannot_be(url: str, key: str, worker: Any, wrong: Any) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    answer = httpx.post(f"{url}/embeddings", json={"model": MODEL, "input": wrong}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "input")


def test_a_text_that_would_be_cut_is_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.embeddings.create(model=MODEL, input=["short", "word " * 600])
    assert (caught.value.code, "512" in caught.value.message) == ("context_length_exceeded", True)


def test_many_texts_come_in_order(client: openai.OpenAI) -> None:
    texts = [f"Rule {number}" for number in range(70)]
    made = client.embeddings.create(model=MODEL, input=texts)
    assert len(made.data) == 70
    assert np.allclose(made.data[40].embedding, runtime.embed([texts[40]], "passage")[0], atol=1e-4)
    facts = Event.objects.get(action="embedding.create").facts
    assert facts == {"model": MODEL, "texts": 70, "tokens": made.usage.prompt_tokens}


def test_it_is_listed(client: openai.OpenAI) -> None:
    assert client.models.retrieve(MODEL).model_extra == {"kind": "embedding", "dimensions": 384}
