"""A GGUF file in memory: its weights (or only its vocabulary), tokens and metadata."""

from __future__ import annotations

import ctypes
import weakref
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..types import ModelUnavailable
from .library import last_errors, llama
from .options import Options

EVERY_LAYER = 999
CONTROL, USER_DEFINED = 8, 16  # llama_token_attr
# Tags that are shown although a vocabulary may have them as control tokens: calls and thoughts are written with them.
TAGS = ("<tool_call>", "</tool_call>", "<|tool_call|>", "<think>", "</think>", "<response>", "</response>")


class LoadedModel:
    """Reading it (tokens, metadata) is safe from any thread; a context of it belongs to one.

    The memory is freed with the last reference: a thread may still be rendering a prompt while the model is unloaded.
    """

    def __init__(self, path: Path, options: Options | None = None) -> None:
        self._llama = llama()
        params = self._llama.llama_model_default_params()
        # All or nothing: a build for a graphics processor that finds one holds the whole model there.
        self.offloaded = options is not None and bool(self._llama.llama_supports_gpu_offload())
        params.n_gpu_layers = EVERY_LAYER if self.offloaded else 0
        params.use_extra_bufts = bool(options and options.extra_buffers)
        params.vocab_only = options is None
        self._model = self._llama.llama_model_load_from_file(str(path).encode(), params)
        if not self._model:
            raise ModelUnavailable(f"llama.cpp cannot load {path.name}: {last_errors() or 'no reason given'}")
        # Not at exit: then the engine's thread may still be at work, and the memory goes with the process.
        weakref.finalize(self, self._llama.llama_model_free, self._model).atexit = False
        self._vocab = self._llama.llama_model_get_vocab(self._model)
        self.vocabulary = int(self._llama.llama_vocab_n_tokens(self._vocab))

    @property
    def handle(self) -> Any:
        return self._model

    @property
    def vocab(self) -> Any:
        return self._vocab

    # -- facts

    @cached_property
    def context(self) -> int:
        """The longest context the model was trained for."""
        return int(self._llama.llama_model_n_ctx_train(self.handle))

    @cached_property
    def rewindable(self) -> bool:
        """Whether its memory can forget a tail. Recurrent state cannot: it needs snapshots."""
        recurrent = self._llama.llama_model_is_recurrent(self.handle) or self._llama.llama_model_is_hybrid(self.handle)
        return not recurrent

    @cached_property
    def template(self) -> str | None:
        text = self._llama.llama_model_chat_template(self.handle, None)
        return text.decode("utf-8") if text else None

    def metadata(self, key: str) -> str | None:
        buffer = ctypes.create_string_buffer(1024)
        length = self._llama.llama_model_meta_val_str(self.handle, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if length >= 0 else None

    # -- tokens

    def tokenize(self, text: str, special: bool) -> list[int]:
        """Tokens of the text; with `special`, the names of control tokens in it become those tokens."""
        data = text.encode("utf-8", "surrogatepass" if special else "replace")
        size = len(data) + 8
        tokens = (ctypes.c_int32 * size)()
        count = self._llama.llama_tokenize(self._vocab, data, len(data), tokens, size, False, special)
        if count < 0:
            raise ModelUnavailable("llama.cpp cannot tokenise the text.")
        return list(tokens[:count])

    def piece(self, token: int, special: bool = False) -> bytes:
        """The bytes of a token; control tokens have none unless `special`."""
        show = special or token in self.tags
        buffer = ctypes.create_string_buffer(256)
        length = self._llama.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, show)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = self._llama.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, show)
        return buffer.raw[: max(0, length)]

    def ends(self, token: int) -> bool:
        """Whether the token ends an answer."""
        return bool(self._llama.llama_vocab_is_eog(self._vocab, token))

    @cached_property
    def begin(self) -> int | None:
        """The token that every sequence of this model begins with, if it wants one."""
        wants = self._llama.llama_vocab_get_add_bos(self._vocab)
        return int(self._llama.llama_vocab_bos(self._vocab)) if wants else None

    def text_of(self, token: int) -> str:
        """The name of a token in the vocabulary."""
        return (self._llama.llama_vocab_get_text(self._vocab, token) or b"").decode("utf-8", "replace")

    @cached_property
    def markers(self) -> dict[int, str]:
        """Tokens with a meaning of their own: control tokens and the ones added by hand, such as tags."""
        attributes = self._llama.llama_vocab_get_attr
        found = (t for t in range(self.vocabulary) if attributes(self._vocab, t) & (CONTROL | USER_DEFINED))
        names = ((t, self.text_of(t)) for t in found)
        return {t: name for t, name in names if any(c.isalnum() for c in name)}

    @cached_property
    def tags(self) -> frozenset[int]:
        """Control tokens that are shown nevertheless."""
        ids = (self.tokenize(tag, special=True) for tag in TAGS)
        return frozenset(tokens[0] for tokens in ids if len(tokens) == 1)

    @cached_property
    def silent(self) -> NDArray[np.bool_]:
        """By token: whether it is a control token that shows nothing and ends nothing."""
        attributes = self._llama.llama_vocab_get_attr
        silent = np.zeros(self.vocabulary, np.bool_)
        silent[[t for t in self.markers if attributes(self._vocab, t) & CONTROL and not self.ends(t)]] = True
        silent[list(self.tags)] = False
        return silent

    @cached_property
    def middle(self) -> tuple[int, int, int] | None:
        """The control tokens before a prefix, before a suffix and before the middle, of a model that fills in."""
        library = self._llama
        found = [
            f(self._vocab)
            for f in (library.llama_vocab_fim_pre, library.llama_vocab_fim_suf, library.llama_vocab_fim_mid)
        ]
        return (found[0], found[1], found[2]) if min(found) >= 0 else None

    @cached_property
    def editing(self) -> frozenset[int]:
        """Control tokens that an editor may write itself: around the place to fill in, and between files."""
        library = self._llama
        more = (library.llama_vocab_fim_pad, library.llama_vocab_fim_rep, library.llama_vocab_fim_sep)
        return frozenset((*(self.middle or ()), *(token for f in more if (token := f(self._vocab)) >= 0)))
