"""How often answers are right: every sample question, asked over the API of a new product. See docs/quality.md."""

from ingestion.samples import questions
from tests.bench.asking import Client
from tests.bench.over_the_api import Asker, report
from tests.bench.setup import product_alone


def main() -> None:
    with product_alone() as product:
        product.manage("load_samples", "--wait")
        asker = Asker(Client(product.url, product.key))
        results = [asker.ask(question) for question in questions()]
    print(report(results, markdown=False))
