"""Tool calls under a grammar that switches on at the call's sign: the tiny model is made to begin one, and the rest
follows; and texts in every way of cutting them into tokens go through the gate one by one."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quarry import runtime
from quarry.runtime import Done, Event, InvalidRequest, Message, Params, Token, Tool, ToolCall, pool, tiny, toolgrammar
from quarry.runtime.engine.grammars import Gate, Trigger
from quarry.runtime.engine.job import Job, Piece
from quarry.runtime.engine.model import LoadedModel
from quarry.runtime.store import Store

WEATHER = Tool(
    "get_weather",
    "The weather",
    {
        "type": "object",
        "properties": {"city": {"enum": ["Taipei", "台中"]}, "unit": {"$ref": "#/$defs/unit"}},
        "required": ["city", "unit"],
        "$defs": {"unit": {"enum": ["C", "F"]}},
    },
)
FIND = Tool("find", "Finds; see https://example.test", {"type": "object", "properties": {"n": {"enum": [1, 2]}}})
TOOLS = (WEATHER, FIND)
CALL = '{"name": "get_weather", "arguments": {"city": "台中", "unit": "C"}}'
QUESTION = [Message("user", "?")]


@pytest.fixture(scope="module")
def vocabulary(tiny_file: Path) -> LoadedModel:
    return LoadedModel(tiny_file)


@pytest.fixture(params=[True, False], ids=["parallel", "one"])
def parallel(request: pytest.FixtureRequest) -> bool:
    return request.param


def gate(vocabulary: LoadedModel, parallel: bool = True, template: str = tiny.GRANITE, opened: bool = False) -> Gate:
    rules = toolgrammar.rules(TOOLS, "auto", parallel, template, opened)
    return Gate(vocabulary, rules.grammar, rules.trigger)


def write(gate: Gate, tokens: list[int]) -> int:
    """How many of the tokens the gate lets through."""
    for at, token in enumerate(tokens):
        if not gate.allows(token):
            return at
        gate.accept(token)
    return len(tokens)


def bytewise(vocabulary: LoadedModel, text: str) -> list[int]:
    return [vocabulary.tokenize(letter, special=False)[0] for letter in text if letter.isascii()]


# -- through the gate, token by token ----------------------------------------------------------------------------------

FORMS = [
    f"<tool_call>\n{CALL}\n</tool_call>",
    f"I will look.\n<tool_call>\n{CALL}\n</tool_call>",
    f"```json\n{CALL}\n```",
    f"Here:\n```\n{json.dumps(json.loads(CALL), indent=2, ensure_ascii=False)}\n```",
    f"```xml\n<tool_call>\n{CALL}\n</tool_call>\n```",
    f"<tools>\n{CALL}\n</tools>",
    f"{{{CALL}}}",
    CALL,
    f"[{CALL}]",
]
SEVERAL = [
    f"<tool_call>\n{CALL}\n</tool_call>\n<tool_call>\n{CALL}\n</tool_call>",
    f"```json\n{CALL}\n```\n```json\n{CALL}\n```",
    f"{CALL}\n{CALL}",
    f"[{CALL}, {CALL}]",
    f"{{{CALL}}}\n```json\n{CALL}\n```",
]


@pytest.mark.parametrize("text", FORMS + SEVERAL)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(data=st.data())
def test_calls_pass_however_they_are_cut_and_end_the_answer(
    text: str, vocabulary: LoadedModel, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    parts = [text[a:b] for a, b in itertools.pairwise([0, *cuts, len(text)])]
    special = data.draw(st.booleans())
    tokens = [token for part in parts for token in vocabulary.tokenize(part, special=special)]
    opened = gate(vocabulary)
    assert write(opened, tokens) == len(tokens)
    assert opened.active
    assert opened.allows(vocabulary.tokenize("<|end_of_text|>", special=True)[0])
    assert not opened.allows(vocabulary.tokenize("x", special=False)[0])
    opened.close()


@pytest.mark.parametrize("text", SEVERAL)
def test_only_one_call_where_only_one_is_wanted(text: str, vocabulary: LoadedModel) -> None:
    tokens = vocabulary.tokenize(text, special=True)
    single = gate(vocabulary, parallel=False)
    assert write(single, tokens) < len(tokens)
    single.close()


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>\n{"name": "delete_all", "arguments": {}}',
        '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Rome"',
        '<tool_call>\n{"name": "get_weather", "arguments": {"unit": "C"',
        "<tool_call>\nnot json",
        "<tool_call></tool_call>",
        f"<tool_call>\n{CALL}\n</tool_call>\nAnd now some text",
        '```json\n{"name": "get_weather", "arguments": 5',
        '{"name": "find", "arguments": {"n": 3}}',
    ],
)
@pytest.mark.parametrize("cut", ["as tokens", "letter by letter"])
def test_what_is_no_call_of_an_offered_tool_is_stopped(text: str, cut: str, vocabulary: LoadedModel) -> None:
    tokens = vocabulary.tokenize(text, special=True) if cut == "as tokens" else bytewise(vocabulary, text)
    opened = gate(vocabulary)
    assert write(opened, tokens) < len(tokens)
    opened.close()


@pytest.mark.parametrize(
    "text",
    [
        "A plain answer with a < b, {braces}, `code` and ```python\nprint({'name': 1})\n``` in it. " * 5,
        '```json\n{"name": "Alice", "age": 3}\n```',
        '{"name": "delete_all", "arguments": {"everything": true}}',
        '{"city": "Taipei"}',
        '```json\n{"name": "find",\t"arguments": "as a string", "more": 1}\n```'.replace(",", ",\n\n\n\n"),
        "<tool_cal>l",
        'He said {"name": "find", "arguments": {"n": 7}} in the middle.',
    ],
)
def test_plain_answers_stay_free(text: str, vocabulary: LoadedModel) -> None:
    tokens = vocabulary.tokenize(text, special=True)
    opened = gate(vocabulary)
    assert write(opened, tokens) == len(tokens)
    assert not opened.active
    opened.close()


def test_no_call_is_taken_from_thoughts(vocabulary: LoadedModel) -> None:
    thoughts = "I could write <tool_call>nonsense</tool_call> here.</think>"
    for opened, text in ((True, thoughts), (False, f"<think>{thoughts}")):
        thinking = gate(vocabulary, template="<think>", opened=opened)
        assert write(thinking, vocabulary.tokenize(text, special=True)) == len(vocabulary.tokenize(text, special=True))
        assert not thinking.active
        tokens = vocabulary.tokenize("\n<tool_call>\nnonsense", special=True)
        assert write(thinking, tokens) < len(tokens)
        thinking.close()


def test_a_grammar_that_waits_for_the_end_of_the_thoughts(vocabulary: LoadedModel) -> None:
    waiting = Gate(vocabulary, 'root ::= "yes"', Trigger(None, b"</think>"))
    tokens = vocabulary.tokenize("Well, no, let me see.</think>", special=True)
    assert write(waiting, tokens) == len(tokens)
    assert not waiting.allows(vocabulary.tokenize("n", special=False)[0])
    assert write(waiting, vocabulary.tokenize("yes", special=False)) == len(vocabulary.tokenize("yes", special=False))
    waiting.close()


def test_control_tokens_do_not_pass_as_letters_of_an_argument(vocabulary: LoadedModel) -> None:
    text = Tool("say", "Says", {"type": "object", "properties": {"it": {"type": "string"}}})
    rules = toolgrammar.rules([text], "required", True, tiny.GRANITE, False)
    saying = Gate(vocabulary, rules.grammar, rules.trigger)
    start = vocabulary.tokenize('<tool_call>\n{"name": "say", "arguments": {"it": "', special=True)
    assert write(saying, start) == len(start)
    assert saying.allows(vocabulary.tokenize("a", special=False)[0])
    for name in ("<|start_of_role|>", "<|end_of_role|>", "<|pad|>", "<|end_of_text|>"):
        assert not saying.allows(vocabulary.tokenize(name, special=True)[0])
    saying.close()


# -- through the door --------------------------------------------------------------------------------------------------


@pytest.fixture
def loaded(configured: Store) -> LoadedModel:
    runtime.load()
    return pool.ready(None).engine.model


def ask(choice: str, begin: dict[int, float], **more) -> tuple[str, list[ToolCall], Done]:
    params = Params(more.pop("max_tokens", 300), logit_bias=begin, **more.pop("params", {}))
    events: list[Event] = list(runtime.generate(QUESTION, tools=TOOLS, choice=choice, params=params, **more))  # type: ignore[arg-type]
    done = events[-1]
    assert isinstance(done, Done)
    text = "".join(e.text for e in events if isinstance(e, Token))
    return text, [e for e in events if isinstance(e, ToolCall)], done


def tag(model: LoadedModel) -> dict[int, float]:
    """Makes the model want to begin a call, always."""
    return {model.tokenize("<tool_call>", special=True)[0]: 100.0}


@pytest.mark.parametrize("temperature", [0.0, 1.5])
def test_a_model_that_talks_nonsense_calls_a_tool_properly(
    temperature: float, loaded: LoadedModel, parallel: bool
) -> None:
    text, calls, done = ask("auto", tag(loaded), parallel=parallel, params={"temperature": temperature, "seed": 3})
    assert text == ""
    assert done.reason == "tool_calls"
    assert len(calls) >= 1 if parallel else len(calls) == 1
    for call in calls:
        assert call.name in ("get_weather", "find")
        assert call.id.startswith("call_")
        if call.name == "get_weather":
            assert set(call.arguments) == {"city", "unit"}
    assert len({call.id for call in calls}) == len(calls)


@pytest.mark.parametrize("temperature", [0.0, 1.5])
def test_a_call_that_must_be_made_is_made(temperature: float, loaded: LoadedModel) -> None:
    text, calls, done = ask("required", {}, parallel=False, params={"temperature": temperature, "seed": 3})
    assert (text, len(calls), done.reason) == ("", 1, "tool_calls")


def test_where_no_tool_may_be_called_none_is_told_of_and_none_called(loaded: LoadedModel) -> None:
    text, calls, done = ask("none", tag(loaded), max_tokens=20)
    assert calls == []
    assert "<tool_call>" not in text
    assert done.reason == "length"
    plain = list(runtime.generate(QUESTION, params=Params(max_tokens=1)))[-1]
    assert isinstance(plain, Done)
    assert done.usage.prompt_tokens == plain.usage.prompt_tokens


@pytest.mark.parametrize("name", ["get_weather", "find"])
def test_of_several_tools_only_the_allowed_are_called_and_the_prompt_stays_the_same(
    name: str, loaded: LoadedModel
) -> None:
    for choice, begin in (("required", {}), ("auto", tag(loaded))):
        allowed = [tool for tool in TOOLS if tool.name == name]
        _, calls, done = ask(choice, begin, allowed=allowed, parallel=False)
        assert [call.name for call in calls] == [name]
        _, _, free = ask(choice, begin, parallel=False)
        assert done.usage.prompt_tokens == free.usage.prompt_tokens


def test_a_plain_answer_is_the_same_with_the_grammar_in_waiting(loaded: LoadedModel) -> None:
    def answer(**more) -> str:
        params = Params(max_tokens=40)
        return "".join(e.text for e in runtime.generate(QUESTION, params=params, **more) if isinstance(e, Token))

    rendered = pool.ready(None).renderer.render(QUESTION, [], TOOLS)
    messages = pool.ready(None).engine.answer(Job(rendered.tokens, Params(max_tokens=40)))
    assert answer(tools=TOOLS) == "".join(m.text for m in messages if isinstance(m, Piece))


def test_offers_that_cannot_be_made(loaded: LoadedModel) -> None:
    def offer(*tools: Tool, choice: str = "auto", allowed: list[Tool] | None = None) -> None:
        runtime.generate(QUESTION, tools=tools, choice=choice, allowed=allowed)  # type: ignore[arg-type]

    with pytest.raises(InvalidRequest, match="none is offered"):
        offer(choice="required")
    with pytest.raises(InvalidRequest, match='no tool by the name "gone"'):
        offer(FIND, allowed=[FIND, replace(FIND, name="gone")])
    with pytest.raises(InvalidRequest, match="None of the tools may be called"):
        offer(FIND, allowed=[])
    with pytest.raises(InvalidRequest, match='Two tools are called "find"'):
        offer(FIND, FIND)
    with pytest.raises(InvalidRequest, match="needs a name"):
        offer(Tool("", "", {}))
    with pytest.raises(InvalidRequest, match="refers to another document"):
        offer(Tool("x", "", {"type": "object", "properties": {"a": {"$ref": "https://example.test/s"}}}))
