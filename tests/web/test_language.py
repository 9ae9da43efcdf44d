"""Who asks for Traditional Chinese is answered in it, whatever says the sentence; everybody else in English."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient, Client
from django.utils import translation
from quarry import events, leases
from rest_framework.test import APIClient

import agents.actions
from agents.models import Run
from apps.accounts.models import User
from apps.audit.models import Event
from apps.chat.actions import ask, create_conversation
from apps.knowledge.actions import upload_document
from apps.knowledge.models import Collection, Document
from ingestion import pipeline, recovery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("queue")]
CHINESE = {"HTTP_ACCEPT_LANGUAGE": "zh-TW,zh;q=0.9,en;q=0.8"}
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en-GB,zh-TW;q=0.5"}
ClientFor = Callable[..., APIClient]


@pytest.fixture
def collection(employee: User) -> Collection:
    return Collection.objects.create(name="Policies", created_by=employee)


@pytest.fixture
def uploaded(employee: User, collection: Collection) -> Document:
    return upload_document(employee, collection, [b"\x7fELF" + b"\0" * 100], filename="tool.txt")[0]


@pytest.fixture
def failed(employee: User) -> Run:
    """A question whose answer failed after a restart; its error is stored and published."""
    conversation = create_conversation(employee)
    run = ask(employee, conversation, "未休完的特別休假何時到期？")[1].run
    assert run
    events.publish(run.pk, "restart", {"attempt": 2, "reason": "The worker stopped; another one starts over."})
    detail = "The prompt has 9000 tokens, but only 4096 fit into the model's context."
    agents.actions.end_failed(Run.objects.filter(pk=run.pk), "The model cannot answer", detail, "model")
    return run


@pytest.mark.parametrize("headers", [{}, ENGLISH, {"HTTP_ACCEPT_LANGUAGE": "de, *;q=0.1"}])
def test_a_problem_is_english_unless_chinese_is_wanted_most(
    employee: User, client_for: ClientFor, headers: dict[str, str]
) -> None:
    answer = client_for(employee).get("/api/v1/people", **headers)
    assert (answer.json()["title"], answer.json()["detail"]) == ("Not allowed", "Only administrators may do this.")
    assert answer["Content-Language"] == "en"
    assert "Accept-Language" in answer["Vary"]


@pytest.mark.parametrize("wanted", ["zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant", "zh-Hant-TW", "zh-HK", "ZH-hant"])
def test_a_problem_in_chinese(employee: User, client_for: ClientFor, wanted: str) -> None:
    answer = client_for(employee).get("/api/v1/people", HTTP_ACCEPT_LANGUAGE=wanted)
    assert (answer.json()["title"], answer.json()["detail"]) == ("不允許", "只有管理員可以執行這個動作。")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Content-Language"].lower() == "zh-hant"
    assert "Accept-Language" in answer["Vary"]


def test_errors_by_field_ours_and_those_of_the_libraries(
    employee: User, administrator: User, collection: Collection, client_for: ClientFor
) -> None:
    client, admin = client_for(employee), client_for(administrator)
    taken = client.post("/api/v1/collections", {"name": "Policies"}, **CHINESE).json()
    assert (taken["detail"], taken["errors"]) == ("您已經有名為「Policies」的資料集。", {"name": ["已有人使用。"]})
    missing = client.post("/api/v1/collections", {}, **CHINESE).json()
    assert missing["errors"] == {"name": ["此為必需欄位。"]}
    wrong = client.post("/api/v1/me/password", {"current": "x", "new": "another-good-one"}, **CHINESE).json()
    assert wrong["errors"] == {"current": ["這不是您的密碼。"]}
    short = client.post("/api/v1/me/password", {"current": "a-good-password", "new": "kurz-7"}, **CHINESE).json()
    assert "密碼" in short["detail"]
    assert "10" in short["detail"]
    last = admin.patch(f"/api/v1/people/{administrator.pk}", {"role": "employee"}, **CHINESE).json()
    assert last["detail"] == "這是最後一位管理員，請先指定另一位管理員。"
    empty = client.post(
        f"/api/v1/collections/{collection.pk}/documents",
        {"file": SimpleUploadedFile("a.txt", b"")},
        format="multipart",
        **CHINESE,
    ).json()
    assert empty["detail"] == "檔案是空的。"


def test_a_stale_page_is_told_to_reload(employee: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(employee)
    answer = client.post(
        "/api/v1/conversations", {}, content_type="application/json", headers={"Accept-Language": "zh"}
    )
    assert (answer.status_code, answer.json()["detail"]) == (403, "頁面已過期，請重新載入後再試一次。")


def test_a_failed_document(employee: User, uploaded: Document, client_for: ClientFor) -> None:
    pipeline.ingest(uploaded.pk)
    client, path = client_for(employee), f"/api/v1/documents/{uploaded.pk}"
    assert client.get(path, **CHINESE).json()["error"] == "這個檔案是程式，不是文件。"
    assert client.get(path).json()["error"] == "The file is a program, not a document."
    uploaded.refresh_from_db()
    assert uploaded.error == "The file is a program, not a document."
    assert Event.objects.get(action="document.fail").facts["error"] == uploaded.error


def test_a_stage_in_the_list(employee: User, uploaded: Document, client_for: ClientFor) -> None:
    claimed = {"status": Document.Status.PARSING, "attempts": 1, "lease_owner": "gone", "lease_until": None}
    Document.objects.filter(pk=uploaded.pk).update(**claimed)
    assert recovery.recover() == 1
    client, path = client_for(employee), f"/api/v1/collections/{uploaded.collection_id}/documents"
    [chinese], [english] = client.get(path, **CHINESE).json()["results"], client.get(path).json()["results"]
    assert english["stage"] == f"The worker died; attempt 2 of {leases.MAX_ATTEMPTS}"
    assert chinese["stage"] == f"工作程序中斷；第 2 次嘗試，最多 {leases.MAX_ATTEMPTS} 次"


def test_a_failed_answer(employee: User, failed: Run, client_for: ClientFor) -> None:
    client, message = client_for(employee), failed.messages.get()
    paths = f"/api/v1/runs/{failed.pk}", f"/api/v1/conversations/{message.conversation_id}/messages"
    for headers, title in ((CHINESE, "模型無法回答"), ({}, "The model cannot answer")):
        run, messages = (client.get(path, **headers).json() for path in paths)
        assert run["error"]["title"] == title
        assert messages["results"][-1]["run"]["error"] == run["error"]
    failed.refresh_from_db()
    assert failed.error["title"] == "The model cannot answer"


async def told(run: Run, person: User, language: dict[str, str]) -> tuple[Any, dict[str, dict[str, Any]]]:
    """The response, and its events by kind."""
    client = AsyncClient()
    await sync_to_async(client.force_login)(person)
    response = await client.get(f"/api/v1/runs/{run.pk}/events", headers=language)
    text = b"".join([piece async for piece in response.streaming_content]).decode()
    blocks = [dict(line.split(": ", 1) for line in block.split("\n")) for block in text.strip().split("\n\n")]
    return response, {block["event"]: json.loads(block["data"]) for block in blocks if "event" in block}


async def test_the_same_in_the_stream_of_events(employee: User, failed: Run) -> None:
    response, chinese = await told(failed, employee, {"Accept-Language": "zh-Hant"})
    assert response["Content-Language"].lower() == "zh-hant"
    assert "Accept-Language" in response["Vary"]
    assert chinese["restart"]["reason"] == "工作程序已停止，由另一個工作程序重新開始。"
    assert chinese["error"]["title"] == "模型無法回答"
    assert chinese["error"]["detail"] == "提示有 9000 個詞元，但模型的上下文只能容納 4096 個。"
    response, english = await told(failed, employee, {})
    assert (response["Content-Language"], english["error"]["title"]) == ("en", "The model cannot answer")


def test_parts_of_the_system(client: Client) -> None:
    parts = client.get("/readyz", headers={"Accept-Language": "zh-TW"}).json()["parts"]
    assert {"name": "embed", "status": "down", "detail": "沒有執行中的程序"} in parts


def test_an_answer_that_was_kept_says_its_own_language(employee: User, client_for: ClientFor) -> None:
    client, key = client_for(employee), {"HTTP_IDEMPOTENCY_KEY": "once"}
    first = client.post("/api/v1/collections", {}, **CHINESE, **key)
    again = client.post("/api/v1/collections", {}, **ENGLISH, **key)
    assert (again["Idempotency-Replayed"], again.json()) == ("true", first.json())
    assert again["Content-Language"].lower() == "zh-hant"


def test_files_are_in_no_language_and_nothing_lasts_longer_than_its_request(client: Client) -> None:
    assert "Content-Language" not in client.get("/metrics", headers={"Accept-Language": "zh-TW"})
    assert translation.get_language() == "en"
