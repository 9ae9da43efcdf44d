import itertools

from hypothesis import given
from hypothesis import strategies as st
from quarry.runtime.engine.text import TextStream


@given(st.text(), st.data())
def test_whole_characters_however_the_bytes_are_cut(text: str, data: st.DataObject) -> None:
    raw = text.encode("utf-8", "replace")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=10)))
    edges = [0, *cuts, len(raw)]
    stream = TextStream(())
    shown = [stream.feed(raw[a:b]) for a, b in itertools.pairwise(edges)]
    assert "".join(shown) + stream.finish() == raw.decode()


def test_chinese_characters_over_several_tokens() -> None:
    stream, raw = TextStream(()), "特休假".encode()
    assert [stream.feed(raw[i : i + 1]) for i in range(9)] == ["", "", "特", "", "", "休", "", "", "假"]


def test_half_a_character_at_the_end_is_dropped_and_rubbish_marked() -> None:
    stream = TextStream(())
    assert stream.feed("好".encode()[:2]) == ""
    assert stream.finish() == ""
    assert TextStream(()).feed(b"\xff!") == "�!"


@given(st.text("ab#\n", max_size=40), st.data())
def test_a_stop_string_never_shows(text: str, data: st.DataObject) -> None:
    stops = ["\n#", "ab#"]
    stream, shown = TextStream(stops), ""
    at = 0
    while at < len(text) and not stream.stopped:
        step = data.draw(st.integers(1, 5))
        shown += stream.feed(text[at : at + step].encode())
        at += step
    shown += stream.finish()
    ends = [place for stop in stops if (place := text.find(stop)) >= 0]
    assert shown == (text[: min(ends)] if ends else text)


def test_what_may_become_a_stop_string_is_held_back() -> None:
    stream = TextStream(["User:"])
    assert stream.feed(b"Hello Us") == "Hello "
    assert stream.feed(b"ed") == "Used"
    assert stream.feed(b" User:") == " "
    assert stream.stopped
