"""Requests for completions, from OpenAI's shape into what a run carries out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from quarry import runtime

from apps.gateway import messages
from apps.gateway.fields import Fields, invalid

MOST_CHOICES = 16  # of one request, over all its prompts
MOST_TOKENS = 1_000_000  # the context is the real bound
UNASKED_TOKENS = 4096  # where a chat does not say how many it wants
MOST_STOPS, LONGEST_STOP = 32, 500
MOST_BIASES = 1024
SEEDS = 2**63
# What would change the answer and cannot be done is refused; all else that is unknown is ignored.
UNSUPPORTED = ("audio", "functions", "function_call", "web_search_options")
Facts = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """A request: `input` is the run's; the rest says how the answer is to be written."""

    model: str
    input: Facts
    stream: bool = False
    usage: bool = False
    logprobs: bool = False
    chat: bool = True
    echo: list[str] = field(default_factory=list)

    @property
    def choices(self) -> int:
        return int(self.input["n"]) * len(self.input.get("prompts", [None]))


def chat(body: Fields) -> Wanted:
    """A chat completion."""
    for name in UNSUPPORTED:
        if body.has(name):
            raise invalid(name, f"{name} is not supported.", "unsupported-parameter")
    if body.has("modalities") and body.get("modalities") != ["text"]:
        raise invalid("modalities", "Quarry's models write text only.", "unsupported-parameter")
    offered = messages.tools(body)
    word, allowed = messages.choice(body, offered)
    scored = body.flag("logprobs")
    asked = {
        "messages": messages.messages(body),
        "tools": offered,
        "choice": word,
        "allowed": allowed,
        "parallel": body.flag("parallel_tool_calls", True),
        "schema": _schema(body),
        "params": _params(body, _tokens(body), _top(body, scored)),
    }
    return _wanted(body, asked, logprobs=scored)


def text(body: Fields) -> Wanted:
    """A completion of raw text."""
    prompts, most = body.prompts("prompt", MOST_CHOICES), body.integer("max_tokens", 1, MOST_TOKENS, 16)
    scored = body.integer("logprobs", 0, 5, None)
    echo = body.flag("echo")
    if echo and scored is not None:
        raise invalid("echo", "echo and logprobs cannot be combined.", "unsupported-parameter")
    if body.has("best_of") and body.get("best_of") != (body.get("n") or 1):
        raise invalid("best_of", "best_of other than n is not supported.", "unsupported-parameter")
    asked = {"prompts": prompts, "suffix": body.optional("suffix"), "params": _params(body, most, scored)}
    return _wanted(body, asked, logprobs=scored is not None, chat=False, echo=prompts if echo else [])


def _wanted(body: Fields, asked: Facts, **more: Any) -> Wanted:
    stream, n = body.flag("stream"), body.integer("n", 1, MOST_CHOICES, 1)
    if n * len(asked.get("prompts", [None])) > MOST_CHOICES:
        raise invalid("n", f"n times the number of prompts may be {MOST_CHOICES} at most.")
    options = body.object("stream_options")
    if options and not stream:
        raise invalid("stream_options", "stream_options goes with stream only.")
    model = body.text("model")
    usage = options is not None and options.flag("include_usage")
    return Wanted(model, {"model": model, **asked, "n": n, "stream": stream}, stream, usage, **more)


def _tokens(body: Fields) -> int:
    name = "max_completion_tokens" if body.has("max_completion_tokens") else "max_tokens"
    return body.integer(name, 1, MOST_TOKENS, UNASKED_TOKENS)


def _top(body: Fields, scored: bool) -> int | None:
    top = body.integer("top_logprobs", 0, 20, None)
    if top is not None and not scored:
        raise invalid("top_logprobs", "top_logprobs needs logprobs to be true.")
    return (top or 0) if scored else None


def _params(body: Fields, most: int, logprobs: int | None) -> Facts:
    stops = body.texts("stop", MOST_STOPS)
    if any(len(stop) > LONGEST_STOP for stop in stops):
        raise invalid("stop", f"A stop sequence may have {LONGEST_STOP} characters at most.")
    seed = body.integer("seed", -SEEDS, SEEDS - 1, None)
    params = runtime.Params(
        max_tokens=most,
        temperature=body.number("temperature", 0, 2, 0.0),
        top_p=max(body.number("top_p", 0, 1, 1.0), 1e-6),
        top_k=max(body.integer("top_k", -1, MOST_TOKENS, 0), 0),  # -1 is how others say "all"
        min_p=body.number("min_p", 0, 1, 0.0),
        presence_penalty=body.number("presence_penalty", -2, 2, 0.0),
        frequency_penalty=body.number("frequency_penalty", -2, 2, 0.0),
        logit_bias=_biases(body),
        logprobs=logprobs,
        seed=None if seed is None else seed % 2**32,
        stop=stops,
    )
    return asdict(params)


def _biases(body: Fields) -> Mapping[int, float]:
    found = body.object("logit_bias")
    if found is None:
        return {}
    if len(found.found) > MOST_BIASES:
        name = body.name("logit_bias")
        raise invalid(name, f"{name} may have at most {MOST_BIASES} entries.")
    if not all(token.isascii() and token.isdigit() and len(token) < 10 for token in found.found):
        raise invalid("logit_bias", "logit_bias must name tokens by their numbers.")
    return {int(token): found.number(token, -100, 100, 0.0) for token in found.found}


def _schema(body: Fields) -> Mapping[str, Any] | None:
    """The JSON schema that the answer must have."""
    wanted = body.object("response_format")
    if wanted is None:
        return None
    match wanted.word("type", ["text", "json_object", "json_schema"], "text"):
        case "json_object":
            return {"type": "object"}
        case "json_schema":
            named = wanted.object("json_schema")
            schema = named.object("schema") if named else None
            if schema is None:
                raise invalid("response_format.json_schema.schema", "There is no schema.")
            return schema.found
    return None
