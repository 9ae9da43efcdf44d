"""Every operation of the API, with a request that lacks nothing but permission."""

from dataclasses import dataclass, field
from typing import Any

# Answered to anybody, and without a word about what is stored.
OPEN = {
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
    ("get", "/api/v1/schema"),
    ("post", "/api/v1/hooks/{token}"),  # the address is the credential
    ("post", "/_allauth/browser/v1/auth/login"),
    ("delete", "/_allauth/browser/v1/auth/session"),
    # Not Django's: tests/gateway/test_mcp.py tries them.
    ("post", "/mcp"),
    ("get", "/mcp"),
    ("delete", "/mcp"),
}


@dataclass(frozen=True)
class Operation:
    """`kind` says whose id the path takes. `employee` is the answer to somebody who owns nothing and is in no group,
    `reader` the answer to somebody who may read the collection and not change it."""

    scope: str
    kind: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    employee: int = 200
    reader: int = 404


def _read(kind: str, **more: Any) -> Operation:
    return Operation("read", kind, employee=404, **({"reader": 200} | more))


def _write(kind: str, **body: Any) -> Operation:
    return Operation("write", kind, body, employee=404, reader=403)


def _own(kind: str, **body: Any) -> Operation:
    """Of their own person only, administrators included."""
    return Operation("chat", kind, body, employee=404)


def _administration(kind: str = "", **body: Any) -> Operation:
    return Operation("admin", kind, body, employee=403, reader=403)


MISSING_ID = "00000000-0000-4000-8000-000000000000"
HELLO = [{"role": "user", "content": "Hello"}]
PASSWORDS = {"current": "a-good-password", "new": "another-good-one"}
HUGGING_FACE = {"slug": "new", "kind": "huggingface", "name": "New", "model": "m", "secret": "x"}
DAILY = {"name": "New", "prompt": "What is new?", "trigger": {"kind": "daily", "at": "08:30"}}
# By path beneath /api/v1, or from the root where it begins with /v1/.
OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/me"): Operation("read"),
    ("patch", "/me"): Operation("write", body={"name": "New"}),
    ("post", "/me/password"): Operation("write", body=PASSWORDS, employee=204),
    ("get", "/people"): _administration(),
    ("post", "/people"): _administration(email="new@example.test", role="employee"),
    ("get", "/people/{id}"): _administration("person"),
    ("patch", "/people/{id}"): _administration("person", name="New"),
    ("post", "/people/{id}/password"): _administration("person"),
    ("get", "/groups"): Operation("read"),
    ("post", "/groups"): _administration(name="New"),
    ("get", "/groups/{id}"): Operation("read", "group", reader=200),  # their names are no secret
    ("patch", "/groups/{id}"): _administration("group", name="New"),
    ("delete", "/groups/{id}"): _administration("group"),
    ("get", "/api-keys"): Operation("admin"),
    ("post", "/api-keys"): Operation("admin", body={"name": "New"}, employee=201),
    ("delete", "/api-keys/{id}"): Operation("admin", "key", employee=404),
    ("get", "/audit"): _administration(),
    ("get", "/audit/export"): _administration(),
    ("get", "/audit/{id}"): _administration("event"),
    ("post", "/audit/verify"): _administration(),
    ("get", "/models"): _administration(),
    ("post", "/models"): _administration(id="x", name="X", licence="MIT", incoming="x.gguf"),
    ("get", "/models/incoming"): _administration(),
    ("get", "/models/policy"): _administration(),
    ("put", "/models/policy"): _administration(require_signature=False, keys=[], identities=[]),
    ("get", "/models/jobs/{id}"): _administration("job"),
    ("post", "/models/jobs/{id}/cancel"): _administration("job"),
    ("delete", "/models/{id}"): _administration("model"),
    ("post", "/models/{id}/pull"): _administration("model"),
    ("post", "/models/{id}/verify"): _administration("model"),
    ("post", "/models/{id}/use"): _administration("model"),
    ("get", "/system"): _administration(),
    ("get", "/endpoints"): _administration(),
    ("post", "/endpoints"): Operation("admin", body=HUGGING_FACE, employee=403),
    ("get", "/endpoints/{slug}"): _administration("endpoint"),
    ("patch", "/endpoints/{slug}"): _administration("endpoint", model="other"),
    ("delete", "/endpoints/{slug}"): _administration("endpoint"),
    ("post", "/endpoints/{slug}/test"): _administration("endpoint"),
    ("get", "/endpoint-presets"): _administration(),
    ("get", "/endpoint-order"): _administration(),
    ("put", "/endpoint-order"): _administration(order=["embedded"]),
    ("get", "/tools"): _administration(),
    ("post", "/tools"): Operation("admin", body={"name": "New", "kind": "openapi"}, employee=403),
    ("get", "/tools/{slug}"): _administration("tool"),
    ("patch", "/tools/{slug}"): _administration("tool", name="New"),
    ("delete", "/tools/{slug}"): _administration("tool"),
    ("post", "/tools/{slug}/refresh"): _administration("tool"),
    ("post", "/tools/{slug}/test"): _administration("tool", operation="calculate", arguments={"expression": "1"}),
    ("patch", "/tools/{slug}/operations/{name}"): _administration("tool", enabled=False),
    ("post", "/tools/{slug}/oauth"): _administration("tool"),
    ("get", "/tools/{slug}/oauth"): _administration("tool"),
    ("get", "/tools/{slug}/oauth/callback"): _administration("tool"),
    ("get", "/usable-tools"): Operation("read"),
    ("get", "/usable-models"): Operation("read"),
    ("get", "/tickets"): Operation("read"),
    ("get", "/tickets/{id}"): Operation("read", "ticket", employee=404),
    ("patch", "/tickets/{id}"): Operation("write", "ticket", {"status": "closed"}, employee=404),
    ("get", "/assistants"): Operation("read"),
    ("post", "/assistants"): Operation("write", body={"slug": "desk", "name": "New"}, employee=201),
    ("get", "/assistants/{slug}"): _read("assistant"),
    ("patch", "/assistants/{slug}"): _write("assistant", name="New"),
    ("delete", "/assistants/{slug}"): _write("assistant"),
    ("get", "/assistants/{slug}/versions"): _read("assistant", reader=403),
    ("get", "/assistants/{slug}/versions/{number}"): _read("assistant", reader=403),
    ("get", "/assistants/{slug}/versions/{a}/diff/{b}"): _read("assistant", reader=403),
    ("post", "/assistants/{slug}/publish"): _write("assistant", version=1),
    ("post", "/assistants/{slug}/test"): _write("assistant", content="Leave?"),
    ("get", "/schedules"): Operation("chat"),
    ("post", "/schedules"): Operation("chat", body=DAILY, employee=201),
    ("get", "/schedules/{id}"): _own("schedule"),
    ("patch", "/schedules/{id}"): _own("schedule", name="New"),
    ("delete", "/schedules/{id}"): _own("schedule"),
    ("post", "/schedules/{id}/run"): _own("schedule"),
    ("get", "/schedules/{id}/runs"): _own("schedule"),
    ("get", "/collections"): Operation("read"),
    ("post", "/collections"): Operation("write", body={"name": "New"}, employee=201),
    ("get", "/collections/{id}"): _read("collection"),
    ("patch", "/collections/{id}"): _write("collection", name="New", visibility="everyone"),
    ("delete", "/collections/{id}"): _write("collection"),
    ("get", "/collections/{id}/documents"): _read("collection"),
    ("post", "/collections/{id}/documents"): _write("collection", file=b"New text."),
    ("get", "/documents/{id}"): _read("document"),
    ("patch", "/documents/{id}"): _write("document", title="New"),
    ("delete", "/documents/{id}"): _write("document"),
    ("get", "/documents/{id}/content"): _read("document"),
    ("get", "/documents/{id}/text"): _read("document"),
    ("get", "/documents/{id}/passages"): _read("document"),
    ("post", "/documents/{id}/retry"): _write("document"),
    ("post", "/search"): Operation("read", body={"query": "leave"}),
    ("get", "/conversations"): Operation("chat"),
    ("post", "/conversations"): Operation("chat", employee=201),
    ("get", "/starters"): Operation("chat"),
    ("get", "/conversations/{id}"): _own("conversation"),
    ("patch", "/conversations/{id}"): _own("conversation", title="New"),
    ("delete", "/conversations/{id}"): _own("conversation"),
    ("get", "/conversations/{id}/messages"): _own("conversation"),
    ("post", "/conversations/{id}/messages"): _own("conversation", content="How much leave?"),
    ("post", "/messages/{id}/regenerate"): _own("message"),
    ("put", "/messages/{id}/feedback"): _own("message", rating="up"),
    ("get", "/runs/{id}"): _own("run"),
    ("get", "/runs/{id}/events"): _own("run"),
    ("post", "/runs/{id}/cancel"): _own("run"),
    ("post", "/runs/{id}/approvals/{step}"): _own("run", decision="approve"),
    ("post", "/runs/{id}/replay"): _administration("run"),
    ("get", "/administration/runs"): _administration(),
    ("get", "/administration/runs/{id}"): _administration("run"),
    ("get", "/approvals"): Operation("chat"),
    ("get", "/approvals/links/{token}"): _own("link"),
    ("post", "/approvals/links/{token}"): _own("link", decision="approve"),
    ("get", "/summaries"): Operation("chat"),
    ("post", "/summaries"): Operation("chat", body={"text": "The plan is to leave."}, employee=202),
    ("get", "/summaries/{id}"): _own("summary"),
    ("get", "/extraction-templates"): Operation("chat"),
    ("get", "/extractions"): Operation("chat"),
    ("post", "/extractions"): Operation("chat", body={"template": "cv", "document": MISSING_ID}, employee=400),
    ("get", "/extractions/{id}"): _own("extraction"),
    ("get", "/extractions/{id}/export"): _own("extraction"),
    ("patch", "/extractions/{id}/rows/{row}"): _own("extraction", confirmed=True),
    ("get", "/evaluations"): _administration(),
    ("get", "/evaluations/{id}"): _administration("evaluation"),
    # No model is here, so there is none by any name.
    ("post", "/v1/chat/completions"): Operation("chat", body={"model": "m", "messages": HELLO}, employee=404),
    ("post", "/v1/completions"): Operation("chat", body={"model": "m", "prompt": "Hello"}, employee=404),
    ("post", "/v1/embeddings"): Operation("chat", body={"model": "m", "input": "Hello"}, employee=404),
    ("get", "/v1/models"): Operation("chat"),
    ("get", "/v1/models/{id}"): Operation("chat", "offer", employee=404),
}


def address(path: str) -> str:
    """The path of an operation in the table, from the root."""
    return path if path.startswith("/v1/") else "/api/v1" + path
