"""One job in one slot: first its prompt is read, piece by piece, then it writes token by token."""

from __future__ import annotations

import time

from ..types import DoneReason, Prefill, Usage
from .context import Context, Part
from .job import End, Job, Piece
from .logprobs import Marks
from .sampling import Sampler
from .slot import Slot
from .text import TextStream


class Work:
    """Between two batches it is asked what to read next (`next`), then told that it was read (`read`)."""

    def __init__(self, context: Context, slot: Slot, job: Job) -> None:
        self._context, self.slot, self.job = context, slot, job
        self._text, self._unshown, self._shown = TextStream(job.params.stop), Marks(), 0
        self._written = 0
        self._token: int | None = None  # picked, but not read yet
        self._sampler = Sampler(context.model, job.params, job.grammar, job.trigger)
        self._cached = slot.begin(job.tokens)
        self.fed = time.monotonic()  # when some of the prompt was last read
        job.put(Prefill(self._cached, len(job.tokens)))

    def close(self) -> None:
        self._sampler.close()

    @property
    def reading(self) -> bool:
        """Whether the prompt is still being read."""
        return self._token is None

    @property
    def remaining(self) -> int:
        """Tokens of the prompt that are still to be read."""
        return len(self.job.tokens) - len(self.slot.tokens)

    def next(self, limit: int) -> Part:
        """What is to be read next: a token that was written, or at most `limit` of the prompt."""
        if self._token is not None:
            return self.slot.part([self._token], logits=True)
        start = len(self.slot.tokens)
        end = self._chunk_end(start, limit)
        return self.slot.part(self.job.tokens[start:end], logits=end == len(self.job.tokens))

    def read(self, part: Part, row: int) -> End | None:
        """The part was read; its logits are in `row`. Returns the end, if this was it."""
        self.slot.grow(part.tokens)
        if self.reading:
            self._prompt_read()
        return self._write(row) if part.logits else None

    def end(self, reason: DoneReason) -> End:
        """The end of the answer; what was held back of the text is given out first."""
        self._show(self._text.finish())
        return End(reason, Usage(len(self.job.tokens), self._cached, self._written), self._text.stopped)

    def _prompt_read(self) -> None:
        self.fed = time.monotonic()
        done, total = len(self.slot.tokens), len(self.job.tokens)
        if done in self._marks():
            self.slot.keep()
        self.job.put(Prefill(done, total))

    def _marks(self) -> tuple[int, ...]:
        """Where prompts may part: the job's marks, and before the last token (the same prompt again; a memory that can
        be cut needs no checkpoint for that)."""
        last = () if self._context.model.rewindable else (len(self.job.tokens) - 1,)
        return (*self.job.marks, *last)

    def _chunk_end(self, start: int, limit: int) -> int:
        """The end of the next chunk: it stops at a mark."""
        end = min(start + limit, len(self.job.tokens))
        return min([end, *(mark for mark in self._marks() if start < mark < end)])

    def _write(self, row: int) -> End | None:
        model, job = self._context.model, self.job
        token = self._token = self._sampler.pick(self._context, row)
        self._written += 1
        if model.ends(token):
            return self.end("stop")
        piece = model.piece(token)
        self._unshown.add(self._text.length, self._sampler.logprob(token) if piece else None)
        self._show(self._text.feed(piece))
        if self._text.stopped:
            return self.end("stop")
        if len(self.slot.tokens) >= self._context.size or self._written >= job.params.max_tokens:
            return self.end("length")
        return None

    def _show(self, text: str) -> None:
        if text:
            begin, self._shown = self._shown, self._shown + len(text)
            self.job.put(Piece(text, self._unshown.take(begin, self._shown)))
