"""What the engine thread does with one job: read the prompt, then write token by token."""

from __future__ import annotations

from ..types import DoneReason, Prefill, Usage
from .context import Aborted, Context
from .job import End, Job, Piece
from .prefix import Prefix
from .sampling import Sampler
from .text import TextStream


class Work:
    """One job on the engine's context."""

    def __init__(self, context: Context, prefix: Prefix, job: Job) -> None:
        self._context, self._prefix, self._job = context, prefix, job
        self._text = TextStream(job.params.stop)
        self._cached = self._written = 0

    def run(self) -> End:
        """Answers the job; its pieces go to the job's queue, the end comes back."""
        sampler = Sampler(self._context.model, self._job.params, self._job.grammar)
        try:
            self._read_prompt()
            return self._end(self._write(sampler))
        except Aborted:
            self._prefix.recover()
            return self._end("cancelled")
        finally:
            sampler.close()

    def _end(self, reason: DoneReason) -> End:
        if rest := self._text.finish():
            self._job.put(Piece(rest))
        return End(reason, Usage(len(self._job.tokens), self._cached, self._written), self._text.stopped)

    def _read_prompt(self) -> None:
        tokens, job = self._job.tokens, self._job
        self._cached = done = self._prefix.reuse(tokens)
        job.put(Prefill(done, len(tokens)))
        while done < len(tokens):
            if job.cancelled:
                raise Aborted
            end = self._chunk_end(done)
            self._context.read(tokens[done:end], logits=end == len(tokens))
            self._prefix.grow(tokens[done:end])
            done = end
            if done in self._marks():
                self._prefix.mark()
            job.put(Prefill(done, len(tokens)))

    def _marks(self) -> tuple[int, int]:
        """Where prompts may part: behind the stable beginning, and before the last token (the same prompt again)."""
        return self._job.stable, len(self._job.tokens) - 1

    def _chunk_end(self, start: int) -> int:
        """The end of the next chunk: it stops at a mark, where the memory needs a snapshot there."""
        end = min(start + self._context.options.chunk, len(self._job.tokens))
        if self._context.model.rewindable:
            return end
        return min([end, *(mark for mark in self._marks() if start < mark < end)])

    def _write(self, sampler: Sampler) -> DoneReason:
        model, job = self._context.model, self._job
        while self._written < job.params.max_tokens:
            if job.cancelled:
                return "cancelled"
            token = sampler.pick(self._context)
            self._written += 1
            if model.ends(token):
                return "stop"
            if shown := self._text.feed(model.piece(token)):
                job.put(Piece(shown))
            if self._text.stopped:
                return "stop"
            if self._context.position >= self._context.size or self._written >= job.params.max_tokens:
                return "length"
            self._context.read([token], logits=True)
            self._prefix.grow([token])
        return "length"
