"""One context of a model with several sequences in it: it reads tokens for all of them at once, keeps what it read,
and forgets on demand. One thread may use it."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..types import ModelUnavailable, RuntimeFault
from .disk import Buffer
from .library import last_errors, llama
from .model import LoadedModel
from .options import Options

ABORTED = 2
_strlen = ctypes.CDLL(None).strlen


class Aborted(Exception):
    """Reading was stopped through the abort flag; what the sequences of the batch hold is uncertain."""


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


@dataclass(frozen=True, slots=True)
class Part:
    """What one sequence contributes to a batch: `tokens` behind its first `position` ones. `logits`: of the last one,
    they are wanted."""

    sequence: int
    position: int
    tokens: Sequence[int]
    logits: bool


class Context:
    """Memory for `options.slots` sequences of `size` tokens each."""

    def __init__(self, model: LoadedModel, options: Options) -> None:
        self._llama = llama()
        self.model, self.options, self.abort = model, options, AbortFlag()
        self._context = self._llama.llama_init_from_model(model.handle, self._params(options))
        if not self._context:
            tokens = options.slots * options.context
            raise ModelUnavailable(f"There is no memory for a context of {tokens} tokens: {last_errors()}")
        self._memory = self._llama.llama_get_memory(self._context)
        self._batch = self._llama.llama_batch_init(self._batch_size(options), 0, 1)
        self.size = int(self._llama.llama_n_ctx_seq(self._context))
        self._abortable()

    def _params(self, options: Options) -> Any:
        params = self._llama.llama_context_default_params()
        # Not unified: each sequence has cells of its own. Together they answered differently than alone.
        params.n_ctx, params.n_seq_max, params.kv_unified = options.slots * options.context, options.slots, False
        params.n_batch = self._batch_size(options)
        params.n_ubatch = min(options.micro_batch, params.n_batch)
        params.n_threads = params.n_threads_batch = options.threads
        params.flash_attn_type = 1 if options.flash_attention else 0
        params.offload_kqv = self.model.offloaded
        return params

    @staticmethod
    def _batch_size(options: Options) -> int:
        return max(options.chunk + options.slots, 32)

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

    def read(self, parts: Sequence[Part]) -> list[int]:
        """Reads all parts in one batch. Returns for each the row of its logits, -1 where none were asked for."""
        rows, count = [], 0
        for part in parts:
            count = self._fill(part, count)
            rows.append(count - 1 if part.logits else -1)
        self._batch.n_tokens = count
        code = self._llama.llama_decode(self._context, self._batch)
        if code == ABORTED:
            raise Aborted
        if code != 0:
            raise RuntimeFault(f"The model failed while reading (llama.cpp code {code}). {last_errors()}")
        return rows

    def _fill(self, part: Part, start: int) -> int:
        batch = self._batch
        for at, token in enumerate(part.tokens, start):
            batch.token[at] = token
            batch.pos[at] = part.position + at - start
            batch.n_seq_id[at] = 1
            batch.seq_id[at][0] = part.sequence
            batch.logits[at] = 0
        end = start + len(part.tokens)
        batch.logits[end - 1] = part.logits
        return end

    def logits(self, row: int) -> NDArray[np.float32]:
        """The logits in a row of the last batch; a view that the next `read` overwrites."""
        pointer = self._llama.llama_get_logits_ith(self._context, row)
        return np.ctypeslib.as_array(pointer, shape=(self.model.vocabulary,))

    # -- forgetting and keeping

    def forget(self, sequence: int, length: int = 0) -> bool:
        """Forgets everything of a sequence behind `length` tokens. False, and nothing changed, where the memory cannot:
        a recurrent state does not go back, except to nothing."""
        return bool(self._llama.llama_memory_seq_rm(self._memory, sequence, length or -1, -1))

    def save(self, sequence: int) -> memoryview:
        """All that the context knows of a sequence. Written in place: it may be a hundred megabytes."""
        size = self._llama.llama_state_seq_get_size(self._context, sequence)
        state = np.empty(size, np.uint8)
        written = self._llama.llama_state_seq_get_data(self._context, _pointer(state), size, sequence)
        return state.data[:written]

    def restore(self, sequence: int, state: Buffer) -> bool:
        """Puts a saved state into a sequence, in the place of what it held."""
        data = np.frombuffer(state, np.uint8)
        return bool(self._llama.llama_state_seq_set_data(self._context, _pointer(data), len(data), sequence))


def _pointer(data: NDArray[np.uint8]) -> Any:
    return data.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
