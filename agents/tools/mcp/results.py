"""What a server answered, as text for the model and as data for people and programs."""

import json
from collections.abc import Iterator

import mcp_types as types

from agents.tools.types import Result, ToolError


def result(answer: types.CallToolResult) -> Result:
    """The answer; raises ToolError where the tool says that it failed."""
    text = "\n\n".join(filter(None, _parts(answer)))
    if answer.is_error:
        raise ToolError(text or "The tool failed and did not say why.")
    data = answer.structured_content
    if not text and data is not None:
        text = json.dumps(data, ensure_ascii=False, indent=1, default=str)
    return Result(text or "(The tool answered nothing.)", data)


def _parts(answer: types.CallToolResult) -> Iterator[str]:
    for each in answer.content:
        match each:
            case types.TextContent():
                yield each.text
            case types.ImageContent():
                yield _left_out("A picture", each.mime_type, each.data)
            case types.AudioContent():
                yield _left_out("A recording", each.mime_type, each.data)
            case types.EmbeddedResource(resource=types.TextResourceContents() as found):
                yield f"[{found.uri}]\n{found.text}"
            case types.EmbeddedResource(resource=types.BlobResourceContents() as found):
                yield _left_out(f"The file {found.uri}", found.mime_type or "unknown kind", found.blob)
            case types.ResourceLink():
                yield f"[A file that the tool could show: {each.title or each.name}, {each.uri}]"


def _left_out(what: str, kind: str, data: str) -> str:
    return f"[{what} ({kind}, {len(data) * 3 // 4 // 1024 + 1} kB) is left out: only text can be read here.]"
