"""The starter with tools, under the grammar; and filling in, which it was trained for."""

import json

import pytest
from quarry import runtime
from quarry.runtime import Call, Done, Message, Params, Token, Tool, ToolCall

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("starter")]
WEATHER = Tool(
    "get_weather",
    "The current weather of a city",
    {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
        "required": ["city"],
    },
)
SEARCH = Tool(
    "search_documents",
    "Searches the company's documents",
    {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
)
TICKET = Tool(
    "create_ticket",
    "Opens a support ticket",
    {
        "type": "object",
        "properties": {"title": {"type": "string"}, "priority": {"$ref": "#/$defs/priority"}},
        "required": ["title", "priority"],
        "$defs": {"priority": {"enum": ["low", "high"]}},
    },
)
TOOLS = (WEATHER, SEARCH, TICKET)


def ask(*turns: Message, **more) -> tuple[str, list[ToolCall], Done]:
    params = more.pop("params", Params(120))
    events = list(runtime.generate(turns, tools=TOOLS, params=params, **more))
    done = events[-1]
    assert isinstance(done, Done)
    text = "".join(event.text for event in events if isinstance(event, Token))
    return text, [event for event in events if isinstance(event, ToolCall)], done


@pytest.mark.parametrize(
    ("question", "name", "value"),
    [
        ("What is the weather in Taipei now?", "get_weather", "Taipei"),
        ("台北現在天氣如何？", "get_weather", "台北"),
        ("請開一張高優先的支援單，標題是「印表機壞了」。", "create_ticket", "印表機壞了"),
    ],
)
def test_it_picks_the_right_tool(question: str, name: str, value: str) -> None:
    text, calls, done = ask(Message("user", question))
    assert ([call.name for call in calls], done.reason) == ([name], "tool_calls")
    assert text.strip() == ""
    assert value in json.dumps(calls[0].arguments, ensure_ascii=False)


def test_a_plain_answer_stays_one() -> None:
    text, calls, done = ask(Message("user", "Say hello in one word."))
    assert text.strip()
    assert (calls, done.reason) == ([], "stop")


def test_required_means_a_call_also_where_none_would_be_made() -> None:
    text, calls, done = ask(Message("user", "Say hello in one word."), choice="required", parallel=False)
    assert (text, len(calls), done.reason) == ("", 1, "tool_calls")
    assert calls[0].name in {tool.name for tool in TOOLS}


def test_none_means_an_answer_in_words() -> None:
    text, calls, _ = ask(Message("user", "What is the weather in Taipei now?"), choice="none", params=Params(40))
    assert calls == []
    assert "get_weather" not in text


def test_several_calls_in_one_turn() -> None:
    """As an earlier turn has shown it, and asked for calls: by itself this small model makes one, or none."""
    both = [Call(str(n), "get_weather", {"city": city}) for n, city in enumerate(("Paris", "Rome"))]
    _, calls, _ = ask(
        Message("user", "Weather in Paris and in Rome?"),
        Message("assistant", "", both),
        Message("tool", "Sunny", name="get_weather"),
        Message("tool", "Rain", name="get_weather"),
        Message("assistant", "Sunny in Paris, rain in Rome."),
        Message("user", "And in Taipei and in Tokyo?"),
        choice="required",
    )
    assert [call.name for call in calls] == ["get_weather"] * 2
    assert [call.arguments["city"] for call in calls] == ["Taipei", "Tokyo"]
    assert calls[0].id != calls[1].id


def test_it_fills_in() -> None:
    events = runtime.complete(
        "def add(a, b):\n    return ", suffix="\n\nprint(add(1, 2))\n", params=Params(12, logprobs=1)
    )
    tokens = [event for event in events if isinstance(event, Token)]
    assert "".join(token.text for token in tokens).strip().replace(" ", "") == "a+b"
    assert all(token.logprobs for token in tokens)


def test_an_editor_that_writes_the_marks_itself_gets_the_same() -> None:
    prompt = "<|fim_prefix|>def add(a, b):\n    return <|fim_suffix|>\n\nprint(add(1, 2))\n<|fim_middle|>"
    text = "".join(event.text for event in runtime.complete(prompt, params=Params(12)) if isinstance(event, Token))
    assert text.strip().replace(" ", "") == "a+b"
