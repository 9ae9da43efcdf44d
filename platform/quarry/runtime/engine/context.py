"""One context of a model: it reads tokens, keeps what it read, and forgets on demand. One thread may use it."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..types import ModelUnavailable, RuntimeFault
from .library import last_errors, llama
from .model import LoadedModel
from .options import Options

SEQUENCE = 0
ABORTED = 2
_strlen = ctypes.CDLL(None).strlen


class Aborted(Exception):
    """Reading was stopped through the abort flag; the context was cleared or cut back."""


class AbortFlag:
    """A flag that llama.cpp asks between the operations of a graph, so that even one long chunk stops at once.

    The callback is C's `strlen` on two bytes of ours: a Python callback would need the interpreter's lock a thousand
    times a token, and would stall whenever another thread holds it.
    """

    def __init__(self) -> None:
        self._bytes = ctypes.create_string_buffer(2)
        self.callback = ctypes.cast(_strlen, ctypes.c_void_p)
        self.data = ctypes.cast(self._bytes, ctypes.c_void_p)

    def set(self) -> None:
        self._bytes[0] = b"x"

    def clear(self) -> None:
        self._bytes[0] = b"\0"


class Context:
    """A sequence of tokens that the model has read, `position` long."""

    def __init__(self, model: LoadedModel, options: Options) -> None:
        self._llama = llama()
        self.model, self.options, self.abort = model, options, AbortFlag()
        self._context = self._llama.llama_init_from_model(model.handle, self._params(options))
        if not self._context:
            raise ModelUnavailable(f"There is no memory for a context of {options.context} tokens: {last_errors()}")
        self._memory = self._llama.llama_get_memory(self._context)
        self._batch = self._llama.llama_batch_init(options.chunk, 0, 1)
        self.size = int(self._llama.llama_n_ctx(self._context))
        self.position = 0
        self._abortable()

    def _params(self, options: Options) -> Any:
        params = self._llama.llama_context_default_params()
        params.n_ctx, params.n_seq_max, params.kv_unified = options.context, 1, False
        params.n_batch, params.n_ubatch = max(options.chunk, 32), min(options.micro_batch, max(options.chunk, 32))
        params.n_threads = params.n_threads_batch = options.threads
        params.flash_attn_type = 1 if options.flash_attention else 0
        params.offload_kqv = False
        return params

    def _abortable(self) -> None:
        callback = ctypes.cast(self.abort.callback, self._llama.ggml_abort_callback)
        self._llama.llama_set_abort_callback(self._context, callback, self.abort.data)

    @property
    def handle(self) -> Any:
        return self._context

    def close(self) -> None:
        if self._context is not None:
            self._llama.llama_batch_free(self._batch)
            self._llama.llama_free(self._context)
            self._context = None

    # -- reading

    def read(self, tokens: Sequence[int], logits: bool) -> None:
        """Reads at most a chunk of tokens behind what is there; `logits` of the last one are wanted or not."""
        batch, count = self._batch, len(tokens)
        batch.n_tokens = count
        for i, token in enumerate(tokens):
            batch.token[i] = token
            batch.pos[i] = self.position + i
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = SEQUENCE
            batch.logits[i] = 0
        batch.logits[count - 1] = logits
        code = self._llama.llama_decode(self._context, batch)
        if code == ABORTED:
            raise Aborted
        if code != 0:
            raise RuntimeFault(f"The model failed while reading (llama.cpp code {code}). {last_errors()}")
        self.position += count

    def logits(self) -> NDArray[np.float32]:
        """The logits of the last token read; a view that the next `read` overwrites."""
        pointer = self._llama.llama_get_logits_ith(self._context, -1)
        return np.ctypeslib.as_array(pointer, shape=(self.model.vocabulary,))

    # -- forgetting

    def clear(self) -> None:
        self._llama.llama_memory_clear(self._memory, True)
        self.position = 0

    def cut(self, length: int) -> bool:
        """Forgets everything behind `length` tokens. False, and nothing changed, where the memory cannot."""
        if not self._llama.llama_memory_seq_rm(self._memory, SEQUENCE, length, -1):
            return False
        self.position = length
        return True

    def snapshot(self) -> bytes:
        """The recurrent part of the state as it is now; the attention part stays in the context and can be cut."""
        flags = self._llama.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY
        size = self._llama.llama_state_seq_get_size_ext(self._context, SEQUENCE, flags)
        buffer = (ctypes.c_uint8 * size)()
        written = self._llama.llama_state_seq_get_data_ext(self._context, buffer, size, SEQUENCE, flags)
        return bytes(memoryview(buffer)[:written])

    def restore(self, state: bytes, length: int) -> bool:
        """Goes back to a snapshot taken after `length` tokens."""
        flags = self._llama.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        read = self._llama.llama_state_seq_set_data_ext(self._context, buffer, len(state), SEQUENCE, flags)
        return bool(read) and self.cut(length)
