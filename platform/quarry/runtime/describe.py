"""An administrator's own GGUF as an entry of the catalogue: what its header says of it, in the catalogue's terms."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from . import added
from .catalogue import ID, built_in
from .gguf_file import Header, Listed
from .types import InvalidRequest

KINDS = ("chat", "guardian")  # embedders and rerankers are folders of another form, not GGUF files


def entry(header: Header, *, id: str, name: str, licence: str, kind: str, sha256: str = "") -> dict[str, Any]:
    """The entry, in the catalogue's form, of a file whose header was found sound."""
    architecture = str(header.metadata["general.architecture"])
    total, active = _parameters(header)
    facts: dict[str, Any] = {
        "id": id,
        "name": name,
        "kind": kind,
        "family": "granite" if architecture.startswith("granite") else architecture,
        "architecture": architecture,
        "variant": "instruct" if "tokenizer.chat_template" in header.metadata else "base",
        "licence": licence,
        "quantisation": _quantisation(header),
        "parameters": total,
        "context": header.metadata[f"{architecture}.context_length"],
        "size": header.size,
        "shape": _shape(header, architecture),
        "sources": [{"kind": "local", "file": f"{id}.gguf"}],
    }
    return facts | ({"active": active} if active < total else {}) | ({"sha256": sha256} if sha256 else {})


def refuse_clash(store: Path, id: str, kind: str) -> None:
    """An id must be new, and must serve as the name of a folder."""
    if not ID.fullmatch(id):
        raise InvalidRequest(f'"{id}" is no id of a model: use small letters, digits, dots and hyphens.')
    if kind not in KINDS:
        raise InvalidRequest("A GGUF file can be added for answers (chat) or as a guardian, for nothing else.")
    if any(model.id == id for model in (*built_in(), *added.models(store))):
        raise InvalidRequest(f'There is a model "{id}" already.')


def _shape(header: Header, architecture: str) -> dict[str, int]:
    def number(name: str, default: int = 0) -> int:
        value = header.metadata.get(f"{architecture}.{name}", default)
        values = value.values or () if isinstance(value, Listed) else (value,)
        return max((int(each) for each in values), default=default)

    layers, heads = number("block_count"), number("attention.head_count", 1) or 1
    attention = _attention_layers(header.metadata.get(f"{architecture}.attention.head_count_kv"), layers)
    recurrent = layers - attention if number("ssm.inner_size") else 0
    return {
        "attention_layers": layers - recurrent,
        "recurrent_layers": recurrent,
        "hidden": number("embedding_length"),
        "kv_heads": number("attention.head_count_kv", heads),
        "head_size": number("attention.key_length") or number("embedding_length") // heads,
        "state_size": number("ssm.state_size"),
        "ssm_heads": number("ssm.time_step_rank"),
    }


def _attention_layers(heads: Any, layers: int) -> int:
    """A hybrid gives its key and value heads layer by layer: none where the layer is recurrent."""
    return sum(1 for each in heads.values or () if each) if isinstance(heads, Listed) else layers


def _parameters(header: Header) -> tuple[int, int]:
    """All of them, and those that work on one token where only some experts do."""
    architecture = header.metadata["general.architecture"]
    experts = sum(math.prod(t.dimensions) for t in header.tensors if "_exps" in t.name)
    total = sum(math.prod(tensor.dimensions) for tensor in header.tensors)
    count, used = (header.metadata.get(f"{architecture}.{name}") for name in ("expert_count", "expert_used_count"))
    if isinstance(count, int) and isinstance(used, int) and 0 < used < count:
        return total, total - experts + experts * used // count
    return total, total


def _quantisation(header: Header) -> str:
    from gguf.constants import LlamaFileType

    kind = header.metadata.get("general.file_type")
    return next((each.name.removeprefix("MOSTLY_") for each in LlamaFileType if each.value == kind), "")
