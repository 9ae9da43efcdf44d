"""Whether a call's arguments satisfy the schema of its tool, in words that a model can act on."""

from collections.abc import Sequence

from jsonschema import Draft202012Validator
from quarry.runtime import Tool, ToolCall

MOST = 3


def errors(call: ToolCall, tools: Sequence[Tool]) -> list[str]:
    """What is wrong with the call; empty where nothing is."""
    tool = next((each for each in tools if each.name == call.name), None)
    if tool is None:
        return [f'There is no tool "{call.name}".']
    found = Draft202012Validator(dict(tool.parameters)).iter_errors(dict(call.arguments))
    return [f"{error.json_path.removeprefix('$.')}: {error.message[:200]}" for error in found][:MOST]
