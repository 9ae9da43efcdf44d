"""Files that are made to hurt llama.cpp: each is refused by name with a sentence, quickly and in little memory."""

import struct
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quarry.runtime import gguf_check, tiny
from quarry.runtime.catalogue import find
from quarry.runtime.engine.engine import Engine
from quarry.runtime.engine.options import Options
from quarry.runtime.faults import ModelRefused
from quarry.runtime.store import Store, digest
from quarry.runtime.types import ModelUnavailable

from .conftest import TINY_ID
from .gguf_making import BOOL, F32, I32, LIST, TEXT, U32, U64, Made, changed, entry, sound, tensor, text

HUGE = 2**63


def deep(levels: int) -> str:
    return "{% for m in messages %}" * levels + "x" + "{% endfor %}" * levels


HOSTILE: dict[str, tuple[Made, str]] = {
    "no GGUF": (Made(magic=b"GGML"), "not a GGUF file"),
    "a version to come": (Made(version=77), "version 77"),
    "big-endian version": (Made(version=3 << 24), "is not known"),
    "countless keys": (Made(keys=HUGE), "claims 9223372036854775808 entries"),
    "more keys than there are": (Made(keys=4000), "claims|middle of its header|proper name|UTF-8"),
    "countless tensors": (Made(count=2**64 - 1), "tensors"),
    "a key of 2^63 bytes": (Made(extra=text("k", HUGE), keys=13), "claims 9223372036854775808 bytes"),
    "a text of 2^63 bytes": (
        Made(extra=text("evil") + struct.pack("<I", TEXT) + text("v", HUGE), keys=13),
        "claims [0-9]+ bytes",
    ),
    "a text longer than the file": (
        Made(extra=text("evil") + struct.pack("<I", TEXT) + text("v", 9999), keys=13),
        "claims [0-9]+ bytes",
    ),
    "an unknown type": (Made(extra=text("evil") + struct.pack("<IQ", 99, 1), keys=13), "unknown type 99"),
    "a list of lists": (changed(evil=(LIST, struct.pack("<IQ", LIST, 1))), "list of lists"),
    "a list of 2^62 numbers": (changed(evil=(LIST, struct.pack("<IQ", U64, 2**62))), "values"),
    "a key twice": (Made(extra=entry("granite.block_count", U32, 3), keys=13), "twice"),
    "a key that is no text": (Made(extra=text(b"\xff\xfe") + struct.pack("<II", U32, 1), keys=13), "UTF-8"),
    "a truth of 7": (changed(evil=(BOOL, 7)), "neither true nor false"),
    "no layers": (changed(granite__block_count=(U32, 0)), "block_count"),
    "four milliard layers": (changed(granite__block_count=(U32, 2**32 - 1)), "block_count"),
    "layers as text": (changed(granite__block_count=(TEXT, "2")), "block_count"),
    "a negative width": (changed(granite__embedding_length=(I32, -64)), "embedding_length"),
    "no heads to divide by": (changed(granite__attention__head_count=(U32, 0)), "no attention heads"),
    "heads that divide nothing": (changed(granite__attention__head_count=(U32, 7)), "multiple"),
    "a fractional context": (changed(granite__context_length=(F32, 512.5)), "context_length"),
    "heads of too few layers": (changed(granite__attention__head_count_kv=(LIST, (U32, [2]))), "one value a layer"),
    "no vocabulary": (Made({k: v for k, v in sound().items() if "tokens" not in k}), "no vocabulary"),
    "a vocabulary of numbers": (changed(tokenizer__ggml__tokens=(LIST, (U32, [1, 2, 3]))), "no list of words"),
    "types for fewer words": (changed(tokenizer__ggml__token_type=(LIST, (I32, [1]))), "one value a word"),
    "an end beyond the vocabulary": (changed(tokenizer__ggml__eos_token_id=(U32, 3)), "names no word"),
    "a negative end": (changed(tokenizer__ggml__eos_token_id=(I32, -5)), "names no word"),
    "a template that is a number": (changed(tokenizer__chat_template=(U32, 1)), "chat template is no text"),
    "a template of a megabyte": (changed(tokenizer__chat_template=(TEXT, "x" * 2**19)), "absurdly long"),
    "a template that cannot be read": (changed(tokenizer__chat_template=(TEXT, "{% if %}")), "cannot be read"),
    "a template without end": (changed(tokenizer__chat_template=(TEXT, "{{" + "(" * 20_000)), "cannot be read"),
    "a template of a deep expression": (
        changed(tokenizer__chat_template=(TEXT, "{{" + "-" * 20_000 + "1}}")),
        "cannot be read",
    ),
    "loops in loops": (changed(tokenizer__chat_template=(TEXT, deep(8))), "absurdly large"),
    "a template that opens files": (changed(tokenizer__chat_template=(TEXT, "{% include '/etc/passwd' %}")), "include"),
    "a power": (changed(tokenizer__chat_template=(TEXT, "{{ 9 ** 9 ** 9 }}")), "uses pow"),
    "a text a milliard times": (changed(tokenizer__chat_template=(TEXT, "{{ 'x' * 999999999 }}")), "without measure"),
    "the same in steps": (changed(tokenizer__chat_template=(TEXT, "{{ 'x' * 9999 * 9999 }}")), "without measure"),
    "a very wide format": (changed(tokenizer__chat_template=(TEXT, "{{ '%99999999d' % 1 }}")), "absurd number"),
    "an alignment of three": (changed(general__alignment=(U32, 3)), "alignment"),
    "no tensors": (Made(tensors=()), "no tensors"),
    "a tensor beyond the end": (Made(tensors=[tensor("a", (64, 3), 0, 1 << 40)]), "beyond the end"),
    "an offset near 2^64": (Made(tensors=[tensor("a", (64,), 0, 2**64 - 32)]), "beyond the end"),
    "a tensor larger than the file": (Made(tensors=[tensor("a", (2**20, 2**10))]), "beyond the end"),
    "dimensions that overflow": (Made(tensors=[tensor("a", (2**62, 4))]), "impossible dimensions"),
    "dimensions whose product overflows": (Made(tensors=[tensor("a", (2**31 - 1,) * 4)]), "beyond the end"),
    "a dimension of nothing": (Made(tensors=[tensor("a", (64, 0))]), "impossible dimensions"),
    "nine dimensions": (Made(tensors=[tensor("a", (1,) * 9)]), "9 dimensions"),
    "a tensor of no known type": (Made(tensors=[tensor("a", (64,), 1234)]), "unknown type"),
    "a type that was withdrawn": (Made(tensors=[tensor("a", (64,), 4)]), "unknown type"),
    "half a block": (Made(tensors=[tensor("a", (33,), 8)]), "impossible dimensions"),
    "tensors that overlap": (Made(tensors=[tensor("a", (64,)), tensor("b", (64,), 0, 32)]), "overlaps"),
    "an offset that is not aligned": (Made(tensors=[tensor("a", (64,), 0, 5)]), "not aligned"),
    "two tensors of one name": (Made(tensors=[tensor("a", (64,)), tensor("a", (64,), 0, 256)]), "same name"),
    "a tensor with a long name": (Made(tensors=[tensor("n" * 64, (64,))]), "claims 64 bytes"),
    "a truncated download": (Made(data=100), "truncated"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_by_name(what: str, tmp_path: Path) -> None:
    made, why = HOSTILE[what]
    path = tmp_path / "evil.gguf"
    path.write_bytes(made.bytes())
    with pytest.raises(ModelRefused, match=why) as refusal:
        gguf_check.check(path)
    assert str(refusal.value).startswith("evil.gguf is refused: ")


def test_sound_files_pass(tmp_path: Path, tiny_file: Path) -> None:
    """Else every refusal above would prove nothing."""
    path = tmp_path / "sound.gguf"
    path.write_bytes(Made().bytes())
    assert gguf_check.check(path).metadata["granite.block_count"] == 2
    assert "blk.3.ssm_in.weight" in {tensor.name for tensor in gguf_check.check(tiny_file).tensors}
    assert gguf_check.check(tiny.write(tmp_path / "base.gguf", template=None))


@pytest.mark.model
def test_the_starter_passes(models_folder: Path) -> None:
    model = find("qwen2.5-coder-1.5b-instruct")
    header = gguf_check.check(Store(models_folder).path(model))
    assert header.metadata["general.architecture"] == "qwen2"


def test_a_truncated_model_never_passes(tmp_path: Path, tiny_file: Path) -> None:
    data, path = tiny_file.read_bytes(), tmp_path / "short.gguf"
    for length in [0, 3, 4, 23, 24, *range(25, len(data) - 1, len(data) // 60), len(data) - 33]:
        path.write_bytes(data[:length])
        with pytest.raises(ModelRefused):
            gguf_check.check(path)


FUZZ = settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(data=st.data())
def test_no_mutation_crashes_the_check_or_fills_the_memory(data: st.DataObject, tmp_path: Path) -> None:
    """Bytes changed, cut out and put in, in the header of a sound file: it passes or is refused, nothing else."""
    found = bytearray(Made().bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at, size = data.draw(st.integers(0, len(found) - 1)), data.draw(st.integers(0, 12))
        found[at : at + size] = data.draw(st.sampled_from([b"\xff" * 8, b"\x00" * 8]) | st.binary(max_size=12))
        found = found or bytearray(b"G")
    path = tmp_path / "fuzzed.gguf"
    path.write_bytes(found)
    tracemalloc.start()
    try:
        gguf_check.check(path)
    except ModelUnavailable:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 32 * 2**20


@FUZZ
@given(template=st.text(alphabet=st.sampled_from("{}%#-()[]'\"| x1*.,=\n"), max_size=200))
def test_no_template_crashes_the_check(template: str, tmp_path: Path) -> None:
    path = tmp_path / "fuzzed.gguf"
    path.write_bytes(changed(tokenizer__chat_template=(TEXT, template)).bytes())
    said = ""
    try:
        gguf_check.check(path)
    except ModelRefused as refusal:
        said = str(refusal)
    assert not said or "chat template" in said


def test_the_largest_header_is_read_in_bounded_time_and_memory(tmp_path: Path) -> None:
    """Two million empty words: the cheapest way to make many values."""
    path = tmp_path / "wide.gguf"
    words = changed(tokenizer__ggml__tokens=(LIST, struct.pack("<IQ", TEXT, 2**21) + bytes(8 * 2**21)))
    path.write_bytes(words.bytes())
    begin = time.monotonic()
    tracemalloc.start()
    with pytest.raises(ModelRefused):  # its list of types has not as many
        gguf_check.check(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 * 2**20
    assert time.monotonic() - begin < 60


def test_a_hostile_file_never_reaches_llama(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its digest is right, so only the check stands between it and the library."""
    model = find(TINY_ID)
    store.folder(model).mkdir(parents=True)
    store.path(model).write_bytes(HOSTILE["no heads to divide by"][0].bytes())
    store.record(model, {model.file_name: digest(store.path(model))}, "a test", "1")
    for _ in range(2):  # a refusal is not remembered as a success
        with pytest.raises(ModelRefused, match="no attention heads"):
            store.verify(model)


def test_what_passes_is_what_llama_loads(tiny_file: Path) -> None:
    engine = Engine(tiny_file, Options(context=256, threads=1, chunk=64, waiting=1))
    try:
        header = gguf_check.check(tiny_file)
        words = header.metadata["tokenizer.ggml.tokens"]
        assert getattr(words, "length", 0) == engine.model.vocabulary
    finally:
        engine.close()
