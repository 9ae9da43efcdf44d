"""The OpenAPI document's entry for `/mcp`, which speaks a protocol of its own."""

from typing import Any

from quarry.api.schema import JSON, PLAIN

REFERENCE = "https://modelcontextprotocol.io/specification"
TEXT = """The Model Context Protocol over streamable HTTP, with `Authorization: Bearer qk_...`. A key with the scope
`read` is offered `search`, `read_document` and `list_collections`; with `chat`, `ask_<assistant>` for each assistant
that its owner may use."""
SESSION = {"name": "Mcp-Session-Id", "in": "header", "schema": {"type": "string"}}
MESSAGE: dict[str, Any] = {"type": "object", "description": "A JSON-RPC 2.0 message"}
STREAM = {"text/event-stream": {"schema": {"type": "string"}}}


def describe() -> None:
    """Adds the address to the OpenAPI document."""
    answered = {"200": {"description": "", "content": {JSON: {"schema": MESSAGE}, **STREAM}}}
    PLAIN["/mcp"] = {
        "post": {
            "operationId": "mcp_message",
            "summary": "Send a message of the Model Context Protocol",
            "description": TEXT,
            "externalDocs": {"url": REFERENCE},
            "parameters": [SESSION],
            "requestBody": {"required": True, "content": {JSON: {"schema": MESSAGE}}},
            "responses": answered | {"202": {"description": "A notification was taken"}},
        },
        "get": {
            "operationId": "mcp_stream",
            "summary": "Hear what the server says of itself, within a session",
            "parameters": [SESSION],
            "responses": {"200": {"description": "", "content": STREAM}},
        },
        "delete": {
            "operationId": "mcp_end",
            "summary": "End a session",
            "parameters": [SESSION],
            "responses": {"200": {"description": "It is over"}},
        },
    }
