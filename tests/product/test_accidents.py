"""Processes are killed in the middle of the work; nothing is lost and nothing hangs."""

import os
import signal
import time

import httpx
import pytest

from tests.fixtures.product import Product, wait_for

pytestmark = pytest.mark.model
RULE = b"Rule %d. The reserve pump of hall %d starts by itself when the pressure falls below %d bar.\n\n"


@pytest.fixture(scope="module")
def collection(product: Product) -> str:
    found = product.collection("Accidents")
    text = b"".join(RULE % (n, n, n + 2) for n in range(1, 30))
    assert product.settled(product.upload(found, "rules.txt", text))["status"] == "ready"
    return found


def test_a_killed_worker_ends_in_an_answer_or_a_clear_error(product: Product, collection: str) -> None:
    run = product.ask(collection, "Describe in detail what rules 3, 4, 5 and 6 say about the reserve pumps.")
    wait_for(lambda: product.api.get(f"/runs/{run}").json()["status"] == "running", 60, lambda: "never ran")
    time.sleep(2)
    os.kill(product.running.child("-Q inference"), signal.SIGKILL)
    ended = product.ended(run, 180)
    assert ended["status"] == "completed" or ended["error"], ended
    product.ready()


def test_a_killed_database_loses_no_upload(product: Product, collection: str) -> None:
    documents = [product.upload(collection, f"before-{n}.txt", b"Gate %d opens at 06:%02d." % (n, n)) for n in range(5)]
    os.kill(product.running.child("postgres -D"), signal.SIGKILL)
    refused = 0
    for n in range(5):
        try:
            answer = product.api.post(
                f"/collections/{collection}/documents", files={"file": (f"during-{n}.txt", b"Lift %d is out." % n)}
            )
        except httpx.HTTPError:
            refused += 1
            continue
        if answer.status_code == 202:
            documents.append(answer.json()["id"])
        else:
            assert answer.status_code == 503, answer.text
            assert answer.headers["Content-Type"] == "application/problem+json"
            refused += 1
    product.ready()
    for document in documents:
        assert product.settled(document, 120)["status"] == "ready"


def test_stop_stops(product: Product, collection: str) -> None:
    run = product.ask(collection, "List every rule with its hall and its pressure, one by one.")
    wait_for(lambda: product.api.get(f"/runs/{run}").json()["status"] == "running", 60, lambda: "never ran")
    assert product.api.post(f"/runs/{run}/cancel").status_code == 202
    asked = time.monotonic()
    assert product.ended(run)["status"] == "cancelled"
    assert time.monotonic() - asked < 5
