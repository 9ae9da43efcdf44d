"""Counting as the embedding model counts, without the model: its tokeniser is enough."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from .. import settings
from ..store import Store
from ..types import EmbedKind
from . import space

UNKNOWN_LIMIT = 512


def count(texts: Sequence[str], kind: EmbedKind) -> tuple[list[int], int]:
    """The tokens of each text as it is embedded, and how many a text may have; what is longer would be cut."""
    store = Store(settings.current().models)
    model = space.chosen(store)
    store.verify(model)
    folder = store.folder(model)
    prompt = model.query_prompt if kind == "query" else model.passage_prompt
    found = _tokenizer(folder / "tokenizer.json").encode_batch([f"{prompt or ''}{text}" for text in texts])
    return [len(each.ids) for each in found], _limit(folder)


@cache
def _tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@cache
def _limit(folder: Path) -> int:
    facts = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
    return int(facts.get("max_seq_length") or UNKNOWN_LIMIT)
