"""The models over the API: pull, verify, add, use, remove, the policy; each recorded, each refused with a sentence."""

import threading
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection
from quarry import workers
from quarry.runtime import catalogue, oms, policy
from quarry.runtime.jsonfile import read_json
from quarry.runtime.store import Store
from quarry.workers import Worker
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.audit.models import Event
from apps.library import actions, recovery, work
from apps.library.models import Job
from tests.runtime.gguf_making import U32, changed
from tests.runtime.hub_server import Hub

from .conftest import TINY, done

pytestmark = pytest.mark.django_db(transaction=True)
REPOSITORY = "ibm-granite/granite-4.0-h-350m-GGUF"
FILE = f"{REPOSITORY}/granite-4.0-h-350m-Q4_K_M.gguf"
NEW = {"id": "our-own", "name": "Our own", "licence": "Proprietary", "kind": "chat", "incoming": "own.gguf"}


def model(api: APIClient, id: str = TINY) -> dict[str, Any]:
    found = [each for each in api.get("/api/v1/models").json()["results"] if each["id"] == id]
    return found[0] if found else {}


def last(action: str) -> Event:
    return Event.objects.filter(action=action).order_by("-id")[0]


def pull(api: APIClient) -> dict[str, Any]:
    answer = api.post(f"/api/v1/models/{TINY}/pull")
    assert answer.status_code == 202, answer.content
    return answer.json()  # type: ignore[no-any-return]


def test_a_pull_is_a_job_whose_end_everybody_sees(
    api: APIClient, store: Store, hub_here: Hub, tiny_bytes: bytes, sent: list[str]
) -> None:
    hub_here.files[FILE] = tiny_bytes
    assert model(api)["installed"] is False
    job = pull(api)
    assert (job["status"], sent) == ("queued", [job["id"]])
    assert pull(api)["id"] == job["id"], "asked for twice, it is one job"
    assert done(job).status == "completed"
    shown = api.get(f"/api/v1/models/jobs/{job['id']}").json()
    assert (shown["done"], shown["total"]) == (len(tiny_bytes), len(tiny_bytes))
    found = model(api)
    assert (found["installed"], found["verified"], found["signature"]) == (True, True, "unsigned")
    assert last("model.pull_done").facts["sha256"] == found["sha256"]
    assert [each["status"] for each in api.get("/api/v1/models").json()["jobs"]] == ["completed"]


def test_a_hostile_download_is_refused_and_recorded(api: APIClient, store: Store, hub_here: Hub) -> None:
    hub_here.files[FILE] = changed(granite__attention__head_count=(U32, 0)).bytes()
    job = done(pull(api))
    assert job.status == "failed"
    assert "is refused: it has no attention heads" in job.error
    assert last("model.refused").facts["model"] == TINY
    assert last("model.pull_failed").facts["error"] == job.error
    assert model(api)["verified"] is False


def test_a_forged_signature_from_the_hub_is_refused(
    api: APIClient, store: Store, hub_here: Hub, tiny_bytes: bytes
) -> None:
    hub_here.files[FILE] = tiny_bytes
    key = ec.generate_private_key(ec.SECP256R1())
    hub_here.files[f"{REPOSITORY}/model.sig"] = oms.sign(oms.statement("x", {FILE: "ab" * 32}), key).encode()
    job = done(pull(api))
    assert job.status == "failed"
    assert "its signature is not over these bytes" in job.error
    assert "is refused" in model(api)["refused"]


def test_a_cancelled_pull_ends_and_goes_on_later(
    api: APIClient, store: Store, hub_here: Hub, tiny_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub_here.files[FILE] = tiny_bytes + bytes(3_000_000)
    monkeypatch.setattr(work, "EVERY_SECONDS", 0.0)
    job, real = pull(api), work._Meter.__call__

    def cancel_half_way(self: Any, so_far: int, total: int) -> None:
        if so_far > total // 2:
            api.post(f"/api/v1/models/jobs/{job['id']}/cancel")
        real(self, so_far, total)

    monkeypatch.setattr(work._Meter, "__call__", cancel_half_way)
    assert done(job).status == "cancelled"
    assert last("model.cancel").facts == {"kind": "pull"}
    part = next(store.root.glob(f"chat/{TINY}/*.part"))
    assert 0 < part.stat().st_size < len(hub_here.files[FILE])
    monkeypatch.setattr(work._Meter, "__call__", real)
    assert done(pull(api)).status == "completed"
    ranges = [
        asked for method, path, asked in hub_here.asked if method == "GET" and path.startswith("/storage") and asked
    ]
    assert ranges, "the second attempt began where the first was cancelled"


def test_two_workers_at_one_job_and_a_dead_one(
    api: APIClient, store: Store, hub_here: Hub, tiny_bytes: bytes, sent: list[str]
) -> None:
    hub_here.files[FILE] = tiny_bytes
    job = pull(api)
    threads = [threading.Thread(target=_run, args=(job,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Job.objects.get().status == "completed"
    assert Event.objects.filter(action="model.pull_done").count() == 1
    Job.objects.update(status="running", attempts=1, lease_until=None, lease_owner="dead")
    assert recovery.recover() == 1
    assert (Job.objects.get().status, sent[-1]) == ("queued", job["id"])
    Job.objects.update(status="running", attempts=3, lease_until=None)
    assert recovery.recover() == 0
    assert "died 3 times" in Job.objects.get().error


def _run(job: dict[str, Any]) -> None:
    try:
        done(job)
    finally:
        connection.close()


def test_verifying_finds_what_was_tampered_with(api: APIClient, installed: Store) -> None:
    assert done(api.post(f"/api/v1/models/{TINY}/verify").json()).status == "completed"
    path = installed.path(catalogue.find(TINY))
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    job = done(api.post(f"/api/v1/models/{TINY}/verify").json())
    assert (job.status, "is not the file it should be" in job.error) == ("failed", True)
    assert "is not the file it should be" in last("model.refused").facts["error"]
    assert model(api)["verified"] is False


def test_what_a_worker_holds_is_shown_and_stays(
    api: APIClient, installed: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker("inference", host="here", model=TINY)
    worker.models = [{"id": TINY, "slots": 4, "reads": 120.5, "writes": 11.0, "context": 8192, "memory_bytes": 5}]  # type: ignore[attr-defined]
    monkeypatch.setattr(workers, "alive", lambda role="*": [worker])
    (loaded,) = model(api)["loaded"]
    assert (loaded["host"], loaded["slots"], loaded["reads"], loaded["writes"]) == ("here", 4, 120.5, 11.0)
    refused = api.delete(f"/api/v1/models/{TINY}")
    assert refused.status_code == 409
    assert "in use by the inference worker on here" in refused.json()["detail"]
    assert model(api)["installed"]


def test_removing(api: APIClient, installed: Store) -> None:
    busy = api.post(f"/api/v1/models/{TINY}/verify").json()
    assert api.delete(f"/api/v1/models/{TINY}").status_code == 409, "while something is being done with it"
    api.post(f"/api/v1/models/jobs/{busy['id']}/cancel")
    with installed.lock(catalogue.find(TINY)):
        answer = api.delete(f"/api/v1/models/{TINY}")
        assert (answer.status_code, "by another process" in answer.json()["detail"]) == (409, True)
    assert model(api)["installed"]
    assert not Event.objects.filter(action="model.remove").exists(), "what did not happen is not recorded"
    assert api.delete(f"/api/v1/models/{TINY}").status_code == 204
    assert model(api)["installed"] is False
    assert last("model.remove").facts["model"] == TINY
    assert api.delete("/api/v1/models/never-was").status_code == 404


def test_choosing_what_the_workers_load_next(api: APIClient, installed: Store) -> None:
    assert api.post("/api/v1/models/granite-4.0-h-tiny/use").status_code == 409, "it is not here"
    assert model(api)["chosen"] is False
    assert api.post(f"/api/v1/models/{TINY}/use").status_code == 204
    assert model(api)["chosen"] is True
    assert read_json(installed.root / "chat" / "chosen.json")["id"] == TINY
    assert last("model.use").facts == {"model": TINY}


# -- an administrator's own


@pytest.fixture
def arrived(store: Store, tiny_bytes: bytes) -> Path:
    path = store.root / "incoming" / "own.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(tiny_bytes)
    return path


def test_adding_ones_own(api: APIClient, store: Store, arrived: Path) -> None:
    listed = api.get("/api/v1/models/incoming").json()
    assert listed["results"] == [{"file": "own.gguf", "size_bytes": arrived.stat().st_size}]
    job = done(api.post("/api/v1/models", NEW).json())
    assert (job.status, job.error) == ("completed", "")
    found = model(api, "our-own")
    assert (found["installed"], found["verified"], found["added"], found["licence"]) == (
        True,
        True,
        True,
        "Proprietary",
    )
    assert (found["architecture"], found["hybrid"], found["context"]) == ("granitehybrid", True, 4096)
    assert found["memory_bytes"] > found["size_bytes"]
    assert api.post("/api/v1/models/our-own/use").status_code == 204
    assert api.post("/api/v1/models/our-own/pull").status_code == 409, "it can be had from nowhere"
    assert api.delete("/api/v1/models/our-own").status_code == 204
    assert model(api, "our-own") == {}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": TINY}, "already"),
        ({"id": "../../etc"}, "is no id of a model"),
        ({"id": "Big Letters"}, "is no id of a model"),
        ({"incoming": "../../home/secret.gguf"}, "There is no file"),
        ({"incoming": "/etc/passwd"}, "There is no file"),
        ({"incoming": "link.gguf"}, "There is no file"),
        ({"kind": "embedding"}, "kind"),
    ],
)
def test_what_cannot_be_added(api: APIClient, arrived: Path, change: dict[str, str], why: str) -> None:
    arrived.with_name("link.gguf").symlink_to("/etc/hostname")
    answer = api.post("/api/v1/models", NEW | change)
    assert (answer.status_code, why in answer.json()["detail"]) == (400, True), answer.json()
    assert not Job.objects.exists()


def test_a_hostile_file_of_ones_own_leaves_nothing(api: APIClient, store: Store, arrived: Path) -> None:
    arrived.write_bytes(changed(granite__block_count=(U32, 2**31)).bytes())
    job = done(api.post("/api/v1/models", NEW).json())
    assert (job.status, "block_count" in job.error) == ("failed", True)
    assert model(api, "our-own") == {}
    assert not (store.root / "chat" / "our-own").exists()


# -- the policy


def test_the_policy(api: APIClient, installed: Store) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    wanted = {"require_signature": True, "keys": [{"name": "ours", "pem": oms.pem(key.public_key())}], "identities": []}
    assert api.get("/api/v1/models/policy").json()["require_signature"] is False
    assert api.put("/api/v1/models/policy", wanted).json() == wanted
    assert api.get("/api/v1/models/policy").json() == wanted
    facts = last("model.policy").facts
    assert (facts["require_signature"], facts["keys"]) == (True, {"ours": oms.fingerprint(key.public_key())})
    assert "a signature is required" in model(api)["refused"]
    assert api.post(f"/api/v1/models/{TINY}/use").status_code == 409
    actions.sign(User.objects.get(email="admin@example.test"), TINY, key)
    found = model(api)
    assert (found["signature"], found["signer"], found["refused"]) == ("signed", "ours", "")
    assert done(api.post(f"/api/v1/models/{TINY}/verify").json()).status == "completed"
    assert last("model.sign").facts["key"] == oms.fingerprint(key.public_key())


@pytest.mark.parametrize("keys", [[{"name": "x", "pem": "no key"}], [{"name": "x"}], "x"])
def test_a_policy_that_is_none_changes_nothing(api: APIClient, store: Store, keys: Any) -> None:
    answer = api.put("/api/v1/models/policy", {"require_signature": True, "keys": keys, "identities": []})
    assert answer.status_code == 400
    assert policy.current() == policy.Policy()
    assert not Event.objects.filter(action="model.policy").exists()
