"""The OpenAPI document's entries of the OpenAI-compatible API; OpenAI's own reference tells every field."""

from typing import Any

from quarry.api.schema import JSON, PLAIN

REFERENCE = "https://platform.openai.com/docs/api-reference"
TEXT = {"type": "string"}
LIST: dict[str, Any] = {"type": "array", "items": {"type": "object"}}
USAGE: dict[str, Any] = {
    "type": "object",
    "properties": {n: {"type": "integer"} for n in ("prompt_tokens", "total_tokens")},
}
MODEL: dict[str, Any] = {"id": TEXT, "object": TEXT, "created": {"type": "integer"}, "owned_by": TEXT, "kind": TEXT}
CHAT = """OpenAI's fields, with tools, `response_format`, `logprobs`, `n` and streams. Reasoning comes as
`reasoning_content`. To `assistant/quarry`, and to every `assistant/<slug>` that the key's owner may use, the last
message is a question, answered from the documents that the owner may read (`collections`: ids or names, to search only
those); its `citations` are a member of the message, and of the stream's last delta. An assistant's answer is sent when
it has been checked, in one piece. One that must wait for a person's approval ends by saying so, with the run's id in
the member `quarry`; the run goes on when the approval is there, and `GET /api/v1/runs/{id}` has its answer."""
EMBEDDINGS = """`input_type` (`query` or `passage`, the latter if not sent) says which of the two a text is: the model
embeds them differently."""


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": [*required]} if required else {})}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {JSON: {"schema": schema}}}


def _answer(schema: dict[str, Any], stream: bool = False) -> dict[str, Any]:
    content: dict[str, Any] = {JSON: {"schema": schema}}
    if stream:
        content["text/event-stream"] = {"schema": TEXT}
    return {"200": {"description": "", "content": content}}


def _completion(id: str, summary: str, properties: dict[str, Any], *required: str, **more: str) -> dict[str, Any]:
    common = {"model": TEXT, "stream": {"type": "boolean"}, "max_tokens": {"type": "integer"}, "n": {"type": "integer"}}
    answer = _object({"id": TEXT, "object": TEXT, "model": TEXT, "choices": LIST, "usage": USAGE})
    return {
        "operationId": id,
        "summary": summary,
        "externalDocs": {"url": REFERENCE},
        "requestBody": _body(_object({**common, **properties}, "model", *required)),
        "responses": _answer(answer, stream=True),
        **more,
    }


def describe() -> None:
    """Adds the API to the OpenAPI document."""
    chat = {"messages": LIST, "tools": LIST, "collections": {"type": "array", "items": TEXT}}
    prompt = {"oneOf": [TEXT, {"type": "array", "items": TEXT}]}
    embedding = {"model": TEXT, "input": prompt, "encoding_format": TEXT, "input_type": TEXT}
    model_id = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    listed = _object({"object": TEXT, "data": {"type": "array", "items": _object(MODEL)}})
    PLAIN.update(
        {
            "/v1/chat/completions": {
                "post": _completion("chat_completions", "Chat with a model", chat, "messages", description=CHAT)
            },
            "/v1/completions": {
                "post": _completion("completions", "Go on with a text", {"prompt": prompt, "suffix": TEXT}, "prompt")
            },
            "/v1/embeddings": {
                "post": {
                    "operationId": "embeddings",
                    "summary": "Embed texts",
                    "description": EMBEDDINGS,
                    "requestBody": _body(_object(embedding, "model", "input")),
                    "responses": _answer(_object({"object": TEXT, "data": LIST, "model": TEXT, "usage": USAGE})),
                }
            },
            "/v1/models": {
                "get": {
                    "operationId": "models_offered",
                    "summary": "Models and assistants that can answer",
                    "responses": _answer(listed),
                }
            },
            "/v1/models/{id}": {
                "get": {
                    "operationId": "models_offered_one",
                    "summary": "One of them",
                    "parameters": [model_id],
                    "responses": _answer(_object(MODEL)),
                }
            },
        }
    )
