"""How tokens are picked: every parameter shows in what the tiny model writes, or in the log-probabilities it tells."""

import math
from dataclasses import replace

import numpy as np
import pytest
from quarry import runtime
from quarry.runtime import InvalidRequest, Logprob, Message, Params, Token
from quarry.runtime.engine.engine import Engine
from quarry.runtime.engine.job import Job, Piece
from quarry.runtime.engine.sampling import likeliest
from quarry.runtime.store import Store

PROMPT = [1 + i * 7 % 250 for i in range(60)]
LOGGED = Params(max_tokens=40, logprobs=5)


def pieces(engine: Engine, params: Params, grammar: str | None = None) -> list[Piece]:
    return [m for m in engine.answer(Job(PROMPT, params, grammar=grammar)) if isinstance(m, Piece)]


def written(engine: Engine, params: Params, grammar: str | None = None) -> list[Logprob]:
    return [logprob for piece in pieces(engine, params, grammar) for _, logprob in piece.marks]


def text(engine: Engine, params: Params) -> str:
    return "".join(piece.text for piece in pieces(engine, params))


def test_greedy_takes_the_likeliest_and_says_how_likely(engine: Engine) -> None:
    logprobs = written(engine, LOGGED)
    assert len(logprobs) >= 38, "a character that is cut off at the end shows nothing"
    for logprob in logprobs:
        assert (logprob.token, logprob.logprob) == logprob.top[0]
        assert len(logprob.top) == 5
        values = [value for _, value in logprob.top]
        assert values == sorted(values, reverse=True)
        assert all(value < 0 for value in values)


def test_all_alternatives_together_are_certain(engine: Engine) -> None:
    size = engine.model.vocabulary
    logprob = written(engine, Params(max_tokens=2, logprobs=size))[0]
    assert math.isclose(sum(math.exp(value) for _, value in logprob.top), 1, abs_tol=1e-4)


def test_log_probabilities_are_of_the_models_own_distribution(engine: Engine) -> None:
    own = written(engine, LOGGED)[0]
    biased = {token: -100.0 for token in range(engine.model.vocabulary) if engine.model.piece(token) == own.token}
    for params in (
        replace(LOGGED, temperature=1.7, seed=1),
        replace(LOGGED, top_k=1, temperature=1.0),
        replace(LOGGED, logit_bias=biased),
        replace(LOGGED, presence_penalty=2.0),
    ):
        assert written(engine, params)[0].top == own.top
    forced = written(engine, LOGGED, 'root ::= "the end"')
    assert forced[0].top == own.top
    assert forced[0].logprob < own.logprob
    assert b"".join(logprob.token for logprob in forced) == b"the end"


@pytest.mark.parametrize("alternatives", [0, 3])
def test_log_probabilities_belong_to_the_text_that_is_shown(alternatives: int, engine: Engine) -> None:
    params = Params(max_tokens=60, logprobs=alternatives, temperature=1.5, seed=11)
    everything = pieces(engine, params)
    joined = b"".join(logprob.token for piece in everything for _, logprob in piece.marks)
    whole = "".join(piece.text for piece in everything)
    assert joined.decode("utf-8", "replace").startswith(whole)
    assert all(len(logprob.top) == alternatives for piece in everything for _, logprob in piece.marks)
    assert text(engine, replace(params, logprobs=None)) == whole, "asking changes nothing"


@pytest.mark.parametrize("length", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("at", [0, 4, 11])
def test_a_stop_string_over_several_tokens_leaves_the_rest_consistent(at: int, length: int, engine: Engine) -> None:
    grammar = 'root ::= "Then the one and the other in there is another thing."'
    params = Params(max_tokens=60, logprobs=0)
    whole = "".join(piece.text for piece in pieces(engine, params, grammar))
    stop = whole[at : at + length]
    stopped = pieces(engine, replace(params, stop=(stop,)), grammar)
    shown = "".join(piece.text for piece in stopped)
    tokens = [logprob.token.decode() for piece in stopped for _, logprob in piece.marks]
    assert shown == whole[: whole.index(stop)]
    assert "".join(tokens).startswith(shown)
    assert not tokens or len("".join(tokens[:-1])) < len(shown), "no token of the stop string alone"


def test_marks_stand_where_their_tokens_begin(engine: Engine) -> None:
    for piece in pieces(engine, LOGGED, 'root ::= "the thing in there"'):
        for place, logprob in piece.marks:
            assert piece.text[place:].startswith(logprob.token.decode())


def test_top_k_one_is_greedy(engine: Engine) -> None:
    assert text(engine, Params(max_tokens=40, temperature=3.0, top_k=1, seed=4)) == text(engine, Params(max_tokens=40))


def test_top_k_and_min_p_keep_to_the_likely(engine: Engine) -> None:
    for logprob in written(engine, Params(max_tokens=60, temperature=3.0, top_k=3, seed=4, logprobs=3)):
        assert logprob.token in [token for token, _ in logprob.top]
    for logprob in written(engine, Params(max_tokens=60, temperature=1.0, min_p=0.5, seed=4, logprobs=1)):
        assert logprob.logprob >= logprob.top[0][1] + math.log(0.5) - 1e-3


@pytest.mark.parametrize("size", [10, 255, 256, 5000, 100_352])
@pytest.mark.parametrize("count", [1, 40, 256])
def test_the_likeliest_are_all_among_those_that_are_drawn_from(size: int, count: int) -> None:
    logits = np.random.default_rng(size).standard_normal(size).astype(np.float32)
    logits[: size // 3] = -np.inf
    found = set(likeliest(logits, count).tolist())
    assert set(np.argsort(logits)[-count:].tolist()) <= found
    assert len(found) <= max(size if size <= count * 256 else 0, count * 40)


def test_top_p_keeps_to_the_nucleus(engine: Engine) -> None:
    size = engine.model.vocabulary
    for logprob in written(engine, Params(max_tokens=60, temperature=1.0, top_p=0.3, seed=4, logprobs=size)):
        likelier = sum(math.exp(value) for _, value in logprob.top if value > logprob.logprob + 1e-6)
        assert likelier < 0.3 + 1e-3


def test_drawing_follows_the_distribution(engine: Engine) -> None:
    told = dict(written(engine, Params(max_tokens=40, logprobs=engine.model.vocabulary))[0].top)
    likely = max((token for token in told if token.isascii() and len(token) == 1), key=lambda token: told[token])
    share = math.exp(told[likely])
    drawn = sum(
        text(engine, Params(max_tokens=1, temperature=1.0, seed=seed)) == likely.decode() for seed in range(400)
    )
    assert share > 0.02, "else this test could not fail"
    assert abs(drawn - 400 * share) < 4 * math.sqrt(400 * share * (1 - share))


def test_the_largest_seeds_are_seeds_too(engine: Engine) -> None:
    for seed in (0, 2**32 - 1, 2**63 - 1, -1):
        params = Params(max_tokens=30, temperature=2.0, seed=seed)
        assert text(engine, params) == text(engine, params)
    assert text(engine, Params(max_tokens=30, temperature=2.0)) != text(engine, Params(max_tokens=30, temperature=2.0))


def test_biases_forbid_and_force(engine: Engine) -> None:
    x = engine.model.tokenize("x", special=False)[0]
    assert text(engine, Params(max_tokens=8, logit_bias={x: 100.0})) == "x" * 8
    usual = written(engine, LOGGED)[0].token
    token = next(t for t in range(engine.model.vocabulary) if engine.model.piece(t) == usual)
    assert written(engine, replace(LOGGED, logit_bias={token: -100.0}))[0].token != usual


def test_penalties_make_for_variety(engine: Engine) -> None:
    x, y = (engine.model.tokenize(letter, special=False)[0] for letter in "xy")
    leaning = {x: 90.0, y: 60.0}
    assert text(engine, Params(max_tokens=6, logit_bias=leaning)) == "xxxxxx"
    once = text(engine, Params(max_tokens=6, logit_bias=leaning, presence_penalty=2.0))
    often = text(engine, Params(max_tokens=60, logit_bias=leaning, frequency_penalty=2.0))
    assert once == "xxxxxx", "the presence penalty is the same however often"
    assert often.startswith("x" * 8)
    assert 10 < often.count("y") < 40
    praised = Params(max_tokens=60, logit_bias=leaning, frequency_penalty=-2.0)
    assert text(engine, praised) == "x" * 60


def test_a_penalty_counts_what_was_written_not_what_a_grammar_refused(engine: Engine) -> None:
    x, y = (engine.model.tokenize(letter, special=False)[0] for letter in "xy")
    params = Params(max_tokens=20, logit_bias={x: 100.0, y: 40.0}, frequency_penalty=2.0)
    refused = pieces(engine, params, 'root ::= "yyyy" "xx" "yyy"')
    assert "".join(piece.text for piece in refused) == "yyyyxxyyy"


@pytest.mark.parametrize(
    ("params", "match"),
    [
        ({"top_k": -1}, "top_k"),
        ({"min_p": 1.5}, "min_p"),
        ({"min_p": math.nan}, "min_p"),
        ({"temperature": math.nan}, "temperature"),
        ({"presence_penalty": 2.1}, "presence_penalty"),
        ({"frequency_penalty": -2.1}, "frequency_penalty"),
        ({"frequency_penalty": math.nan}, "frequency_penalty"),
        ({"logprobs": 21}, "logprobs"),
        ({"logprobs": -1}, "logprobs"),
        ({"seed": 2**63}, "seed"),
        ({"logit_bias": {10**6: 1.0}}, "logit_bias names token 1000000"),
        ({"logit_bias": {-1: 1.0}}, "logit_bias names token -1"),
        ({"logit_bias": {1: 100.5}}, "logit_bias must be"),
        ({"logit_bias": {1: math.nan}}, "logit_bias must be"),
    ],
)
def test_params_that_cannot_be(params: dict, match: str, configured: Store) -> None:
    runtime.load()
    with pytest.raises(InvalidRequest, match=match):
        runtime.generate([Message("user", "?")], params=Params(**params))


def test_log_probabilities_through_the_door(configured: Store) -> None:
    runtime.load()
    events = runtime.generate([Message("user", "?")], grammar='root ::= "the end 台"', params=Params(40, logprobs=2))
    tokens = [event for event in events if isinstance(event, Token)]
    assert "".join(token.text for token in tokens) == "the end 台"
    assert b"".join(each.token for token in tokens for each in token.logprobs).decode() == "the end 台"
    assert all(len(each.top) == 2 and np.isfinite(each.logprob) for token in tokens for each in token.logprobs)
    plain = runtime.generate([Message("user", "?")], params=Params(8))
    assert all(event.logprobs == () for event in plain if isinstance(event, Token))
