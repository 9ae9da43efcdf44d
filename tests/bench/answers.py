"""How often answers are right, asked over the API of a new product: the sample questions, and questions about DRCD
(Traditional Chinese), half of them about articles that are not in the collection and so must be declined. Both were
looked at when the thresholds were chosen. See docs/quality.md."""

import json
import os
import random
from typing import Any

from ingestion.samples import questions
from tests.bench import corpora
from tests.bench.asking import Client
from tests.bench.over_the_api import Asker, declined, report
from tests.bench.setup import product_alone
from tests.fixtures.product import Product

ARTICLES = 80
ASKED = int(os.environ.get("QUARRY_BENCH_ASKED", "30"))


def main() -> None:
    with product_alone() as product:
        product.manage("load_samples", "--wait")
        client = Client(product.url, product.key)
        asker = Asker(client)
        print(report([asker.ask(question) for question in questions()], markdown=False), flush=True)
        if corpora.folder().is_dir():
            _drcd(product, client)


def _drcd(product: Product, client: Client) -> None:
    articles = json.loads((corpora.folder() / "drcd-dev.json").read_text("utf-8"))["data"]
    here, elsewhere = articles[:ARTICLES], articles[-ARTICLES:]
    collection = _shelved(product, here)
    right = cited = wrongly_declined = verbatim = 0
    for question in _questions(here):
        asked = client.ask(collection, question["question"])
        right += any(answer["text"] in asked.answer for answer in question["answers"])
        cited += any(answer["text"] in each["quote"] for each in asked.citations for answer in question["answers"])
        wrongly_declined += declined(asked)
        verbatim += all(map(client.stands, asked.citations))
    rightly_declined = sum(declined(client.ask(collection, each["question"])) for each in _questions(elsewhere))
    print(f"\n{len(here)} articles of DRCD")
    for name, count in {
        "answerable: the annotators' answer is in it, letter by letter": right,
        "answerable: that answer stands in a quotation": cited,
        "answerable: declined although the article tells": wrongly_declined,
        "answerable: all quotes verbatim at their place": verbatim,
        "about other articles: declined": rightly_declined,
    }.items():
        print(f"{count:>4}/{ASKED}  {name}")


def _shelved(product: Product, articles: list[dict[str, Any]]) -> str:
    """A collection with one Markdown file an article."""
    collection = product.collection("DRCD")
    documents = []
    for number, article in enumerate(articles):
        text = "\n\n".join([f"# {article['title']}", *(each["context"] for each in article["paragraphs"])])
        documents.append(product.upload(collection, f"{number}.md", text.encode()))
    for document in documents:
        assert product.settled(document, 600)["status"] == "ready"
    return collection


def _questions(articles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A fixed choice."""
    every = [question for article in articles for paragraph in article["paragraphs"] for question in paragraph["qas"]]
    return random.Random(5).sample(every, ASKED)
