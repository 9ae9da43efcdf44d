"""Grammars while a model writes: from the first token, or from a sign in the text on (a tool call's tag)."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..types import InvalidRequest
from .library import llama
from .model import LoadedModel

CANDIDATE = np.dtype([("id", "<i4"), ("logit", "<f4"), ("p", "<f4")])
WINDOW = 1024  # bytes; the sign of a call is shorter
BLANK = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Trigger:
    """Where a grammar begins to hold: where `sign` begins, and that behind `thought`, a closing tag, where the prompt
    left the model thinking, or the answer begins with the tag `thinks`. No sign: at once. Without a grammar, the sign
    is something that must not be written."""

    sign: re.Pattern[bytes] | None = None
    thought: bytes = b""
    thinks: bytes = b""


class Grammar:
    """llama.cpp's grammar: what may come next. It must not be told of a token that it does not allow: it would abort
    the process."""

    def __init__(self, model: LoadedModel, handle: Any) -> None:
        self._llama, self._model, self._handle = llama(), model, handle

    @classmethod
    def of(cls, model: LoadedModel, gbnf: str) -> Grammar:
        made = llama().llama_sampler_init_grammar(model.vocab, gbnf.encode(), b"root")
        if not made:
            raise InvalidRequest("llama.cpp cannot read the grammar.")
        return cls(model, made)

    def copy(self) -> Grammar:
        return Grammar(self._model, self._llama.llama_sampler_clone(self._handle))

    def close(self) -> None:
        if self._handle:
            self._llama.llama_sampler_free(self._handle)
            self._handle = None

    def allows(self, token: int) -> bool:
        one = np.array([(token, 1.0, 0.0)], CANDIDATE)
        self.restrict(one)
        return bool(np.isfinite(one["logit"][0]))

    def restrict(self, candidates: np.ndarray) -> None:
        """Gives what is not allowed a logit of minus infinity. Control tokens are not, though their names might be."""
        self._llama.llama_sampler_apply(self._handle, ctypes.byref(token_array(candidates)))
        candidates["logit"][self._model.silent[candidates["id"]]] = -np.inf

    def accept(self, token: int) -> None:
        self._llama.llama_sampler_accept(self._handle, token)

    def read(self, text: bytes) -> bool:
        """Accepts a text, however the model had cut it into tokens. False, and in an uncertain state, if it cannot."""
        try:
            tokens = self._model.tokenize(text.decode(), special=True)
        except UnicodeDecodeError:
            return False
        if b"".join(self._model.piece(token, special=True) for token in tokens) != text:
            return False
        for token in tokens:
            if not self.allows(token):
                return False
            self.accept(token)
        return True


def token_array(candidates: np.ndarray) -> Any:
    """The candidates as llama.cpp takes them; they are changed in place."""
    library = llama()
    data = candidates.ctypes.data_as(library.llama_token_data_p)
    return library.llama_token_data_array(data, len(candidates), -1, False)


class Gate:
    """Lets tokens through while the grammar does not hold yet, except one that would carry the text past the sign in a
    way that the grammar has no place for. Ask `allows` about a token before it is told by `accept`."""

    def __init__(self, model: LoadedModel, gbnf: str | None, trigger: Trigger | None) -> None:
        self._model, self._trigger = model, trigger or Trigger()
        self._fresh = Grammar.of(model, gbnf) if gbnf else None
        self._text, self._start = b"", 0
        self._thinking = bool(self._trigger.thought) and not self._trigger.thinks
        self._next: Grammar | None = None
        self._active = self._fresh if trigger is None or trigger == Trigger() else None

    @property
    def active(self) -> Grammar | None:
        """The grammar, where it holds by now."""
        return self._active

    def close(self) -> None:
        for grammar in (self._fresh, self._active, self._next):
            if grammar:
                grammar.close()

    def allows(self, token: int) -> bool:
        if self._active:
            return self._active.allows(token)
        self._forget_next()
        start = self._sign(self._text + self._model.piece(token))
        if start is None:
            return True
        return self._begins(start, self._model.piece(token))

    def accept(self, token: int) -> None:
        if self._active:
            self._active.accept(token)
        elif self._next:
            self._active, self._next = self._next, None
        else:
            self._text += self._model.piece(token)
            self._follow_thoughts()

    def _sign(self, text: bytes) -> int | None:
        """Where the text that the grammar is about begins, if the sign is there."""
        start = self._start
        if self._thinking:
            end = text.find(self._trigger.thought, max(start, len(self._text) - len(self._trigger.thought)))
            if end < 0:
                return None
            start = end + len(self._trigger.thought)
        if self._trigger.sign is None:
            return start
        known = len(self._text) - start
        for found in self._trigger.sign.finditer(text[start:], max(0, known - WINDOW)):
            if found.end() > known:
                return start + found.start()
        return None

    def _begins(self, start: int, piece: bytes) -> bool:
        """Whether the grammar goes on from the sign with what the token brings; if so, it is ready to hold."""
        if self._fresh is None:
            return False
        self._next = self._fresh.copy()
        if self._next.read((self._text + piece)[start:].lstrip(BLANK)):
            return True
        self._forget_next()
        return self._trigger.sign is not None and not self._needed(start, piece)

    def _needed(self, start: int, piece: bytes) -> bool:
        """Whether it was the token's own end that the grammar did not like: then another token must be found. What
        does not fit up to the sign is no call, whatever it looks like."""
        text = (self._text + piece)[start:]
        found = self._trigger.sign.match(text) if self._trigger.sign else None
        probe = self._fresh.copy() if self._fresh else None
        if found is None or probe is None:
            return False
        fits = probe.read(found[0].lstrip(BLANK))
        probe.close()
        return fits

    def _follow_thoughts(self) -> None:
        thought, thinks = self._trigger.thought, self._trigger.thinks
        if self._thinking:
            if (end := self._text.rfind(thought)) >= 0:
                self._thinking, self._start = False, end + len(thought)
        elif thinks and not self._start and self._text.lstrip(BLANK).startswith(thinks):
            self._thinking = True

    def _forget_next(self) -> None:
        if self._next:
            self._next.close()
            self._next = None
