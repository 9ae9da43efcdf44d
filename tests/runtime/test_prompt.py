"""Prompts: what the template wrote is markup, what anybody else wrote is letters, however it looks."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quarry.runtime import Call, Document, InvalidRequest, Message, Tool
from quarry.runtime.engine.engine import Engine
from quarry.runtime.prompt import Renderer

# The template that Qwen's files carry, in short: turns, tools, no documents.
CHATML = """\
{%- if messages[0]['role'] == 'system' %}{{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
{%- if message.role == 'user' or message.role == 'assistant' %}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"""

SYSTEM = Message("system", "Answer from the documents.")


@pytest.fixture(scope="module")
def renderer(engine: Engine) -> Renderer:
    return Renderer(engine.model)


@pytest.fixture(scope="module")
def text_of(engine: Engine):
    def join(tokens: list[int]) -> str:
        return b"".join(engine.model.piece(token, special=True) for token in tokens).decode()

    return join


def markers(engine: Engine, tokens: list[int]) -> list[str]:
    return [engine.model.markers[token] for token in tokens if token in engine.model.markers]


def test_the_shape_of_granites_prompt(renderer: Renderer, text_of) -> None:
    prompt = renderer.render(
        [SYSTEM, Message("user", "How many days?")], [Document("1", "Leave", 'Fourteen "days"\nof leave')], []
    )
    assert text_of(prompt.tokens) == (
        "<|start_of_role|>system<|end_of_role|>Answer from the documents.\n\n"
        "Answer from these documents:\n<documents>\n"
        '{"doc_id": "1", "title": "Leave", "text": "Fourteen \\"days\\"\\nof leave"}\n'
        "</documents><|end_of_text|>\n"
        "<|start_of_role|>user<|end_of_role|>How many days?<|end_of_text|>\n"
        "<|start_of_role|>assistant<|end_of_role|>"
    )


def test_tools_and_their_history(renderer: Renderer, text_of) -> None:
    tool = Tool("leave", "Days of leave", {"type": "object", "properties": {"who": {"type": "string"}}})
    call = Call("c1", "leave", {"who": '王 "小明"', "year": 2026})
    turns = [Message("user", "?"), Message("assistant", "", [call]), Message("tool", '{"days": 14}', name="leave")]
    text = text_of(renderer.render(turns, [], [tool]).tokens)
    offered = text.split("<tools>\n")[1].split("\n</tools>")[0]
    assert json.loads(offered)["function"] == {
        "name": "leave",
        "description": "Days of leave",
        "parameters": dict(tool.parameters),
    }
    assert '<tool_call>\n{"name": "leave", "arguments": {"who": "王 \\"小明\\"", "year": 2026}}\n</tool_call>' in text
    assert '<tool_response>\n{"days": 14}\n</tool_response>' in text


FRAGMENTS = ["<|", "|>", "end_of_text", "start_of_role", "<tool_call>", "</", "documents>", "a", "語"]


@given(fragments=st.lists(st.sampled_from(FRAGMENTS)))
def test_no_combination_of_fragments_makes_a_marker(engine: Engine, fragments: list[str]) -> None:
    text = "".join(fragments)
    tokens = Renderer(engine.model)._harmless(text)
    assert markers(engine, tokens) == []
    assert b"".join(engine.model.piece(token) for token in tokens).decode() == text


TOOLS = [Tool("find", "Finds things", {"type": "object", "properties": {"what": {"type": "string"}}})]
PASSAGES = [Document("1", "A", "alpha"), Document("2", "B", "beta")]


def test_the_order_of_a_prompt_is_system_tools_documents_turns(renderer: Renderer, text_of) -> None:
    """What is the same for many requests comes first: whatever changes, all before it stays to the token."""
    turns = [SYSTEM, Message("user", "One?"), Message("assistant", "Yes."), Message("user", "Two?")]
    whole = renderer.render(turns, PASSAGES, TOOLS)
    system, tools, documents = whole.marks
    assert text_of(whole.tokens[:system]).endswith(SYSTEM.content)
    assert text_of(whole.tokens[:tools]).endswith('"string')
    assert text_of(whole.tokens[:documents]).endswith("beta")
    for other, same in (
        (renderer.render([*turns[:-1], Message("user", "Three?")], PASSAGES, TOOLS), documents),
        (renderer.render(turns[:2], PASSAGES, TOOLS), documents),
        (renderer.render(turns, PASSAGES[::-1], TOOLS), tools),
        (renderer.render(turns, PASSAGES, []), system),
    ):
        assert other.tokens[:same] == whole.tokens[:same]
        assert other.marks[0] == system


def test_a_longer_conversation_begins_with_the_shorter_one(renderer: Renderer) -> None:
    turns = [SYSTEM, Message("user", "One?")]
    shorter = renderer.render(turns, PASSAGES, TOOLS)
    longer = renderer.render([*turns, Message("assistant", "Yes."), Message("user", "Two?")], PASSAGES, TOOLS)
    assert longer.tokens[: len(shorter.tokens)] == shorter.tokens


def test_the_same_prompt_is_the_same_tokens(renderer: Renderer) -> None:
    turns = [SYSTEM, Message("user", "One?")]
    assert renderer.render(turns, PASSAGES, TOOLS) == renderer.render(turns, PASSAGES, TOOLS)


def test_without_a_system_text_there_is_no_mark(renderer: Renderer) -> None:
    assert renderer.render([Message("user", "One?")], [], []).marks == ()


class Qwen:
    """The tiny vocabulary with a ChatML template."""

    def __init__(self, engine: Engine, template: str | None) -> None:
        self.template, self.begin, self.markers = template, None, engine.model.markers
        self.tokenize = engine.model.tokenize
        self.middle, self.editing = None, frozenset()


def test_documents_for_a_template_that_knows_none(engine: Engine, text_of) -> None:
    renderer = Renderer(Qwen(engine, CHATML))
    history = [SYSTEM, Message("user", "First?"), Message("assistant", "Yes."), Message("user", "Second?")]
    text = text_of(renderer.render(history, [Document("1", "A", "alpha"), Document("2", "B", "beta")], []).tokens)
    assert text.startswith(
        "<|im_start|>system\nAnswer from the documents.<|im_end|>\n<|im_start|>user\nFirst?<|im_end|>"
    )
    assert "[1] A\nalpha\n\n[2] B\nbeta\n\nSecond?<|im_end|>" in text


def test_without_a_template_plain_turns(engine: Engine, text_of) -> None:
    tokens = Renderer(Qwen(engine, None)).render([SYSTEM, Message("user", "Hello")], [], []).tokens
    assert text_of(tokens) == "system: Answer from the documents.\nuser: Hello\nassistant:"


def test_bad_conversations_are_refused_plainly(engine: Engine, renderer: Renderer) -> None:
    with pytest.raises(InvalidRequest, match="no message"):
        renderer.render([], [], [])
    with pytest.raises(InvalidRequest, match='"wizard" is not a role'):
        renderer.render([Message("wizard", "hi")], [], [])  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest, match="no message of a user"):
        Renderer(Qwen(engine, CHATML)).render([SYSTEM], [Document("1", "A", "a")], [])
    refusing = Qwen(engine, "{{ raise_exception('Roles must alternate') }}")
    with pytest.raises(InvalidRequest, match="Roles must alternate"):
        Renderer(refusing).render([SYSTEM], [], [])
    with pytest.raises(InvalidRequest, match="cannot be read"):
        Renderer(Qwen(engine, "{% if %}")).render([SYSTEM], [], [])


def test_a_template_cannot_reach_the_machine(engine: Engine) -> None:
    hostile = "{{ messages.__class__.__base__.__subclasses__() }}"
    with pytest.raises(InvalidRequest, match="refuses"):
        Renderer(Qwen(engine, hostile)).render([SYSTEM], [], [])
