"""The tokeniser of XLM-R as a `tokenizer.json`: unigram pieces, and its normalisation spelt out.

XLM-R normalises with NFKC and a few exceptions: control characters vanish, other white space becomes a space, and the
full-width tilde stays itself (it marks ranges in Chinese), so it is set aside while NFKC runs.
"""

from __future__ import annotations

from typing import Any

from .e5_file import E5File

CONTROL = "[\\x01-\\x08\\x0b\\x0e-\\x1f\\x7f\\x8f\\x9f]"
SPACE = "[\\t\\n\\x0c\\r\\x{1680}\\x{200b}-\\x{200f}\\x{2028}\\x{2029}\\x{2581}\\x{feff}\\x{fffd}]"
TILDE, ASIDE = "～", "\ue0f5"
BOUNDARY = "▁"


def tokenizer_json(packed: E5File) -> dict[str, Any]:
    vocabulary = [[piece, float(score)] for piece, score in zip(packed.pieces, packed.scores, strict=True)]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added(packed, name) for name in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")],
        "normalizer": {"type": "Sequence", "normalizers": _normalizers()},
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "WhitespaceSplit"},
                {"type": "Metaspace", "replacement": BOUNDARY, "prepend_scheme": "always", "split": True},
            ],
        },
        "post_processor": _post_processor(packed),
        "decoder": {"type": "Metaspace", "replacement": BOUNDARY, "prepend_scheme": "always", "split": True},
        "model": {"type": "Unigram", "unk_id": packed.unknown, "vocab": vocabulary, "byte_fallback": False},
    }


def _added(packed: E5File, name: str) -> dict[str, Any]:
    flags = {"single_word": False, "lstrip": name == "<mask>", "rstrip": False, "normalized": False, "special": True}
    return {"id": packed.pieces.index(name), "content": name, **flags}


def _normalizers() -> list[dict[str, Any]]:
    def replace(pattern: dict[str, str], content: str) -> dict[str, Any]:
        return {"type": "Replace", "pattern": pattern, "content": content}

    return [
        replace({"Regex": CONTROL}, ""),
        replace({"Regex": SPACE}, " "),
        replace({"String": TILDE}, ASIDE),
        {"type": "NFKC"},
        replace({"String": ASIDE}, TILDE),
        replace({"Regex": " {2,}"}, " "),
    ]


def _post_processor(packed: E5File) -> dict[str, Any]:
    def special(name: str) -> dict[str, Any]:
        return {"SpecialToken": {"id": name, "type_id": 0}}

    def facts(name: str, number: int) -> dict[str, Any]:
        return {"id": name, "ids": [number], "tokens": [name]}

    first, second = {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}
    begin, end = special("<s>"), special("</s>")
    return {
        "type": "TemplateProcessing",
        "single": [begin, first, end],
        "pair": [begin, first, end, end, second, end],
        "special_tokens": {"<s>": facts("<s>", packed.begin), "</s>": facts("</s>", packed.end)},
    }


def special_tokens() -> dict[str, str]:
    return {
        "bos_token": "<s>",
        "cls_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "mask_token": "<mask>",
    }


def tokenizer_config(positions: int) -> dict[str, Any]:
    names = ["input_ids", "attention_mask"]
    facts = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": positions, "model_input_names": names}
    return {**facts, **special_tokens(), "clean_up_tokenization_spaces": False}
