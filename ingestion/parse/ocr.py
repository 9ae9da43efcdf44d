"""Text recognition for scans, by RapidOCR where it is installed (its models come with it; nothing is fetched)."""

import importlib.util
import logging
from functools import cache
from typing import Any

import numpy as np

_CONFIDENT = 0.5


def available() -> bool:
    """Whether RapidOCR and an engine for it are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return RapidOCR(params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 1})


def read(image: np.ndarray) -> list[str]:
    """The lines of text in a picture, top to bottom."""
    result = _engine()(image)
    if result.txts is None:
        return []
    return [text for text, score in zip(result.txts, result.scores, strict=True) if score >= _CONFIDENT]
