"""`manage.py models`: readable, scriptable, with exit codes; it does and records what the page does."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import CommandError, call_command
from quarry.runtime import catalogue, oms, policy, settings
from quarry.runtime.policy import Key, Policy
from quarry.runtime.settings import Settings
from quarry.runtime.store import Store

from apps.accounts.models import User
from apps.audit.models import Event
from tests.runtime.hub_server import Hub

from .conftest import TINY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("administrator")]
FILE = "ibm-granite/granite-4.0-h-350m-GGUF/granite-4.0-h-350m-Q4_K_M.gguf"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*words: object) -> str:
        call_command("models", *map(str, words))
        return capsys.readouterr().out

    return call


@pytest.fixture
def key(tmp_path: Path) -> Path:
    private, path = ec.generate_private_key(ec.SECP256R1()), tmp_path / "company.pem"
    how = serialization.NoEncryption()
    path.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how))
    return path


def trust(path: Path) -> None:
    public = oms.private_key(path.read_bytes()).public_key()
    policy.save(Policy(True, (Key("the company", oms.pem(public)),)))


def test_a_table_for_people_and_json_for_programs(installed: Store, run: Any) -> None:
    lines = run("list").splitlines()
    assert lines[0].split() == ["id", "use", "state", "signature", "file", "memory", "licence"]
    row = next(line for line in lines if line.startswith(f"{TINY} "))
    assert row.split()[1:4] == ["chat", "verified", "unsigned"]
    assert max(map(len, lines)) < 140
    entries = json.loads(run("--json", "list"))
    assert {entry["id"] for entry in entries} == {model.id for model in catalogue.models()}


def test_pull_with_progress_and_a_failure_with_a_sentence(
    store: Store, hub_here: Hub, tiny_bytes: bytes, run: Any
) -> None:
    with pytest.raises(CommandError, match="cannot be downloaded"):
        run("pull", TINY)
    hub_here.files[FILE] = tiny_bytes
    said = run("pull", TINY)
    assert f"pull {TINY}: 100%" in said
    assert "pull done" in said
    assert list(
        Event.objects.filter(action__startswith="model.pull").values_list("action", flat=True).order_by("id")
    ) == [
        "model.pull",
        "model.pull_failed",
        "model.pull",
        "model.pull_done",
    ]
    with pytest.raises(CommandError, match="There is nothing here"):
        run("pull", "never-was")


def test_verify_ends_with_an_error_where_one_is_tampered_with(installed: Store, run: Any) -> None:
    assert [job["status"] for job in json.loads(run("--json", "verify"))] == ["completed"]
    installed.path(catalogue.find(TINY)).write_bytes(b"tampered")
    (installed.folder(catalogue.find(TINY)) / "manifest.json").write_text(
        json.dumps({"files": {catalogue.find(TINY).file_name: {"sha256": "ab" * 32, "size": 8}}})
    )
    with pytest.raises(CommandError, match=f"Not verified: {TINY}"):
        run("verify")
    assert Event.objects.filter(action="model.refused").exists()


def test_a_model_of_ones_own_from_any_folder_to_another_machine(
    installed: Store, tiny_bytes: bytes, tmp_path: Path, run: Any, key: Path
) -> None:
    file = tmp_path / "Our Model.gguf"
    file.write_bytes(tiny_bytes)
    with pytest.raises(CommandError, match="is no id of a model"):
        run("add", file, "--licence", "Proprietary")
    run("add", file, "--licence", "Proprietary", "--id", "our-own", "--name", "Our own")
    trust(key)
    with pytest.raises(CommandError, match="a signature is required"):
        run("use", "our-own")
    assert "signed: our-own" in run("sign", "our-own", "--key", key)
    assert "chosen: our-own" in run("use", "our-own")
    run("sign", TINY, "--key", key)
    bundle = tmp_path / "models.tar"
    run("export", "our-own", TINY, "--to", bundle, "--key", key)
    with pytest.raises(CommandError, match="exists already"):
        run("export", TINY, "--to", bundle)

    settings.configure(Settings(tmp_path / "home-2", tmp_path / "models-2"))
    trust(key)
    said = run("import", bundle)
    assert "Our own is here and verified" in said
    entries = {entry["id"]: entry for entry in json.loads(run("--json", "list"))}
    assert (entries["our-own"]["signer"], entries[TINY]["signer"]) == ("the company", "the company")
    event = Event.objects.get(action="model.import")
    assert (event.facts["models"], event.facts["signer"]) == (["our-own", TINY], "the company")
    run("remove", "our-own")
    assert catalogue.named("our-own") is None


def test_a_bundle_that_is_refused_is_recorded(store: Store, tmp_path: Path, run: Any) -> None:
    bundle = tmp_path / "evil.tar"
    bundle.write_bytes(b"no tar at all")
    with pytest.raises(CommandError, match=r"evil\.tar is refused"):
        run("import", bundle)
    assert "is refused" in Event.objects.get(action="model.import_failed").facts["error"]
    with pytest.raises(CommandError, match="cannot be imported"):
        run("import", tmp_path / "nowhere.tar")


def test_keys_that_are_none(installed: Store, tmp_path: Path, run: Any) -> None:
    (tmp_path / "no.pem").write_text("no key")
    with pytest.raises(CommandError, match="not a private key"):
        run("sign", TINY, "--key", tmp_path / "no.pem")
    with pytest.raises(CommandError, match="cannot be read"):
        run("sign", TINY, "--key", tmp_path / "nowhere.pem")


def test_an_employee_may_not(installed: Store, employee: User, run: Any) -> None:
    for words in (["list"], ["remove", TINY], ["verify", TINY], ["use", TINY]):
        with pytest.raises(CommandError, match="Only administrators"):
            run("--as", employee.email, *words)
    assert installed.installed(catalogue.find(TINY))
