import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quarry.runtime import Token, ToolCall
from quarry.runtime.engine.job import Piece
from quarry.runtime.toolcalls import ToolCallParser

NAMES = ("get_weather", "find")
CALL = '{"name": "get_weather", "arguments": {"city": "台北"}}'
OTHER = '{"name": "find", "arguments": {"q": "x"}}'
WEATHER, FIND = ("get_weather", {"city": "台北"}), ("find", {"q": "x"})
TAGS_FOUND = ("find", {"q": "</tool_call> <tools> ```"})

CASES = [
    ("Just text.", "Just text.", []),
    (f"<tool_call>\n{CALL}\n</tool_call>", "", [WEATHER]),
    (f"<tool_call>\n{CALL}\n</tool_call>\n<tool_call>\n{OTHER}\n</tool_call>", "", [WEATHER, FIND]),
    (f"I will look.\n<tool_call>\n{CALL}\n</tool_call>", "I will look.\n", [WEATHER]),
    (f"```json\n{CALL}\n```", "", [WEATHER]),
    (f"```\n{CALL}\n```", "", [WEATHER]),
    (f"```xml\n<tool_call>\n{CALL}\n</tool_call>\n```", "", [WEATHER]),
    (f"```json\n[{CALL}, {OTHER}]\n```", "", [WEATHER, FIND]),
    (f"<tools>\n{CALL}\n</tools>", "", [WEATHER]),
    (CALL, "", [WEATHER]),
    (f"{CALL}\n{OTHER}", "", [WEATHER, FIND]),
    (f"<tool_call>\n{CALL}", "", [WEATHER]),  # the model stopped without closing
    ('{"name": "find", "arguments": "{\\"q\\": \\"x\\"}"}', "", [FIND]),  # arguments as a string of JSON
    ('{"name": "find"}', "", [("find", {})]),
    (f"Look.\n<tool_call>\n{CALL[:-9]}", "Look.\n", []),  # the answer ended in the middle of a call
    (f"```json\n{CALL[:-9]}", "", []),
    (f"<tool_call>\n{CALL}\n</tool_ca", "", [WEATHER]),
    (f"```json\n{CALL}\n``", "", [WEATHER]),
    ('```json\n{"name": "Alice", "ag', '```json\n{"name": "Alice", "ag', []),
    ('<tool_call>\n{"name": "find", "arguments": {"q": "</tool_call> <tools> ```"}}\n</tool_call>', "", [TAGS_FOUND]),
    ('```json\n{"name": "find", "arguments": {"q": "</tool_call> <tools> ```"}}\n```', "", [TAGS_FOUND]),
    (f"{{{OTHER}}}", "", [FIND]),  # Qwen's template shows two braces
    (f"{{{OTHER}}}\n```json\n{CALL}\n```", "", [FIND, WEATHER]),  # and its models go on in another way
    (f"{OTHER}\n```json\n{CALL}\n```", "", [FIND, WEATHER]),
    (f"{{{OTHER}}}\n<tool_call>\n{CALL}\n</tool_call>", "", [FIND, WEATHER]),
    (f"{{{OTHER}}}\n```json\nDone.\n```", f"{{{OTHER}}}\n```json\nDone.\n```", []),
    (f"{{{OTHER}", "", [FIND]),
    ('{"name": "find", "arguments": {"q": "\\ud800x"}}', "", [("find", {"q": "?x"})]),
    ('{"name": "find", "arguments": {"q": [1e999, -1e999, NaN]}}', "", [("find", {"q": ["inf", "-inf", "nan"]})]),
    ('{"name": ["find"], "arguments": {}}', '{"name": ["find"], "arguments": {}}', []),
    ("[" * 3000, "[" * 3000, []),
    (f"<|tool_call|>[{CALL}, {OTHER}]", "", [WEATHER, FIND]),
    ("```python\nprint(1)\n```\nDone.", "```python\nprint(1)\n```\nDone.", []),
    ('{"name": "not_offered", "arguments": {}}', '{"name": "not_offered", "arguments": {}}', []),
    ("<tool_call>\nnot json\n</tool_call>", "<tool_call>\nnot json\n</tool_call>", []),
    ('{"answer": 42}', '{"answer": 42}', []),
    ("a < b and ` alone", "a < b and ` alone", []),
    ("", "", []),
]


def parse(pieces: list[str]) -> tuple[str, list[tuple[str, object]]]:
    parser = ToolCallParser(NAMES)
    events = [event for piece in pieces for event in parser.feed(Piece(piece))]
    events += parser.finish()
    text = "".join(e.text for e in events if isinstance(e, Token))
    calls = [(e.name, e.arguments) for e in events if isinstance(e, ToolCall)]
    assert parser.calls == len(calls)
    return text, calls


@pytest.mark.parametrize(("answer", "text", "calls"), CASES)
def test_the_ways_in_which_models_write_calls(answer: str, text: str, calls: list) -> None:
    assert parse([answer]) == (text, calls)


@pytest.mark.parametrize(("answer", "text", "calls"), CASES)
@given(data=st.data())
def test_however_the_stream_is_cut(answer: str, text: str, calls: list, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(answer)), max_size=8)))
    edges = [0, *cuts, len(answer)]
    assert parse([answer[a:b] for a, b in itertools.pairwise(edges)]) == (text, calls)


def test_text_is_shown_as_it_comes() -> None:
    parser = ToolCallParser(NAMES)
    assert [e.text for e in parser.feed(Piece("Hello ")) if isinstance(e, Token)] == ["Hello "]
    assert [e.text for e in parser.feed(Piece("there <")) if isinstance(e, Token)] == ["there "]
    assert [e.text for e in parser.feed(Piece("b")) if isinstance(e, Token)] == ["<b"]
