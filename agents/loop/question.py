"""A question from its words to a checked answer: search, choose, write, cite, or decline."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from quarry import runtime

from agents.models import Run, Step
from agents.recorder import Recorder

from . import citations, find, prompt, relevance, replies
from .composer import Composer
from .language import Language, Script, language_of
from .markers import without_markers
from .outcome import Outcome, TimeLimit, usage_facts
from .passages import Found, choose
from .query import is_small_talk, search_query
from .setup import setup_of

BUDGET = 600  # tokens of passages; with the system text and the question about 800 to read before the first word
SEARCHED = 12
MOST_TOKENS = 400
WITHDRAWN = "The documents do not support this answer."


class Question:
    """One attempt at answering one question."""

    def __init__(self, run: Run, recorder: Recorder, cancelled: Callable[[], bool], deadline: float) -> None:
        self.run, self.recorder, self.cancelled, self.deadline = run, recorder, cancelled, deadline
        self.question: str = run.input["question"]
        self.history: list[dict[str, str]] = run.input.get("history", [])
        self.language: Language = language_of(self.question)
        self.setup = setup_of(run)

    def answer(self) -> Outcome:
        """Carries the question out."""
        if is_small_talk(self.question):
            return self._say(replies.GREETING[self.language])
        query = search_query(self.question, self.history)
        found = self._search(query)
        if self.cancelled():
            return Outcome("", cancelled=True, found=found)
        passages = choose(found, query, BUDGET, runtime.count_tokens)
        evidence = relevance.evidence(query, passages, runtime.related_similarity())
        if not passages or evidence.hopeless:
            return self._decline(found)
        return self._write(passages, found, evidence.sure)

    def _say(self, text: str, **facts: Any) -> Outcome:
        self.recorder.token(text)
        return Outcome(text, **facts)

    def _decline(self, found: list[Found], **facts: Any) -> Outcome:
        return self._say(replies.NOTHING[self.language], declined=True, found=found, **facts)

    def _search(self, query: str) -> list[Found]:
        scope = self.setup.collections
        with self.recorder.step(Step.Kind.SEARCH, "search", {"query": query}) as step:
            found = find.passages(self.run.person, query, scope, SEARCHED)
            searched = find.collections(self.run.person, scope)
            step.result = {"found": [passage.facts() for passage in found], "collections": searched}
        return found

    def _write(self, passages: Sequence[Found], found: list[Found], sure: float) -> Outcome:
        arguments = {"documents": [passage.facts() for passage in passages]}
        with self.recorder.step(Step.Kind.GENERATE, "answer", arguments) as step:
            writing = Writing(self, passages)
            done = writing.run(sure)
            step.result = {"reason": done.reason, "usage": usage_facts(done), **writing.notes()}
        return self._checked(writing, done, found)

    def _checked(self, writing: "Writing", done: runtime.Done, found: list[Found]) -> Outcome:
        """What was written, unless nothing in the documents carries it."""
        facts: dict[str, Any] = {"usage": usage_facts(done), "model": done.model}
        if done.reason == "cancelled":
            if time.monotonic() > self.deadline:
                raise TimeLimit
            return Outcome(writing.text, writing.citations(), found, cancelled=True, **facts)
        if done.stop or not writing.text.strip():
            return self._withdraw(writing, found, **facts)
        if replies.is_decline(writing.text, bool(writing.composer.claims)):
            return Outcome(without_markers(writing.text).strip(), found=found, declined=True, **facts)
        if not relevance.supported(writing.text, self.question, writing.passages, writing.composer.claims):
            return self._withdraw(writing, found, **facts)
        writing.point_out(self.question)
        return Outcome(writing.text, writing.citations(), found, **facts)

    def _withdraw(self, writing: "Writing", found: list[Found], **facts: Any) -> Outcome:
        """Takes back what was shown, if anything was, and declines."""
        if writing.text:
            self.recorder.publish("restart", {"attempt": self.run.attempts, "reason": WITHDRAWN})
        return self._decline(found, **facts)


class Writing:
    """The model's answer on its way to the person."""

    def __init__(self, question: Question, passages: Sequence[Found]) -> None:
        self.passages, self._question = passages, question
        self.composer = Composer(passages)
        self.text = self.reasoning = ""
        self.failed_over: list[dict[str, str]] = []
        self._script = Script(question.language)
        self._cited: set[int] = set()

    def run(self, sure: float) -> runtime.Done:
        """Writes to the end and returns how it ended; `sure` of there being no answer the model must be to say so."""
        asked = self._question
        stream = runtime.generate(
            prompt.messages(
                asked.question + asked.run.input.get("data", ""),
                asked.language,
                asked.history,
                asked.setup.instructions,
            ),
            model=asked.setup.models,
            documents=prompt.documents(self.passages),
            params=runtime.Params(MOST_TOKENS, stop=replies.NO_ANSWERS, openings={replies.NO_ANSWER: sure}),
            cancelled=asked.cancelled,
        )
        for event in stream:
            match event:
                case runtime.Queued(position):
                    asked.recorder.publish("queued", {"position": position})
                case runtime.FailedOver(model, why):
                    self.failed_over.append({"model": model, "why": why})
                case runtime.Prefill(done, total):
                    asked.recorder.publish("progress", {"stage": "reading", "done": done, "total": total})
                case runtime.Reasoning(text):
                    self.reasoning += text
                    asked.recorder.reasoning(text)
                case runtime.Token(text):
                    self._show(self.composer.feed(self._script.feed(text)))
                case runtime.Done():
                    self._show(self.composer.feed(self._script.finish()) + self.composer.finish())
                    return event
        raise runtime.RuntimeFault("The model stopped without saying so.")

    def point_out(self, question: str) -> None:
        """Where the model named a passage and said nothing, the sentence of it that says most of what was asked."""
        if without_markers(self.text).strip() or not self.composer.claims:
            return
        marker = min(self.composer.claims)
        text = self.passages[marker - 1].text
        sentence = citations.quote_span(text, [question]).of(text)
        self.composer.claims[marker] = [sentence]
        self._show(f" {sentence}")

    def notes(self) -> dict[str, Any]:
        """What a thinking model said to itself, and which models could not answer: for the record, not the answer."""
        kept = {"reasoning": self.reasoning, "failed_over": self.failed_over}
        return {name: value for name, value in kept.items() if value}

    def citations(self) -> list[dict[str, Any]]:
        """The citations of what was written."""
        return citations.citations(self.passages, self.composer.claims)

    def _show(self, text: str) -> None:
        text = text if self.text else text.lstrip()
        if not text:
            return
        self.text += text
        self._question.recorder.token(text)
        for marker in self.composer.claims.keys() - self._cited:
            self._cited.add(marker)
            passage, claims = self.passages[marker - 1], self.composer.claims[marker]
            self._question.recorder.publish("citation", citations.citation(marker, passage, claims))
