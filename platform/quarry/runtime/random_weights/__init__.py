"""GGUF files of any Granite shape with random weights: they talk nonsense, but through every part of llama.cpp, with
the speed and the memory of a real model of that shape."""

from .file import write
from .shape import Shape

__all__ = ["Shape", "write"]
