"""Has a model do BFCL's tasks: one answer where there is one turn (a loop may make the calls in it one after another);
where there are several, each turn goes on with the results of the calls until the model calls nothing more."""

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from quarry.runtime import InvalidRequest, Message, PromptTooLong, ToolCall
from quarry.runtime.remote import Unsupported

from agents.tools.types import ToolError
from apps.evaluation.asking import MOST_STEPS, Asker
from apps.evaluation.bfcl import data, literal, schema, wheel
from apps.evaluation.bfcl.checker import Checker, CheckFailed
from apps.evaluation.bfcl.data import Task
from apps.evaluation.judgement import Judgement

MORE = "I have updated some more functions you can choose from. What about now?"  # the published words


class Bfcl:
    """The benchmark."""

    @cached_property
    def folder(self) -> Path:
        return wheel.folder()

    def draw(self, options: Mapping[str, Any]) -> list[tuple[str, str]]:
        """A random sample of each category, by the seed; each is spread over the whole, so that a part of it says
        something of all, in the whole's proportions."""
        placed = list[tuple[float, tuple[str, str]]]()
        for category in options["categories"]:
            limit = options["limit_turns" if "multi_turn" in category else "limit"]
            drawn = data.sample(self.folder, category, limit, options["seed"])
            placed += [(at / len(drawn), (category, task.key)) for at, task in enumerate(drawn)]
        return [each for _, each in sorted(placed, key=lambda pair: pair[0])]

    def solve(self, category: str, key: str, asker: Asker) -> Judgement:
        task = _tasks(self.folder, category)[key]
        solve = several_turns if task.several_turns else one_turn
        with Checker(self.folder) as checker:
            try:
                return solve(task, asker, checker)
            except CheckFailed as fault:  # what the model wrote broke the checker, or took it too long
                return Judgement(False, facts={"why": str(fault)})


@cache
def _tasks(folder: Path, category: str) -> dict[str, Task]:
    return {task.key: task for task in data.tasks(folder, category)}


def one_turn(task: Task, asker: Asker, checker: Checker) -> Judgement:
    """One answer, judged by its calls."""
    offered = schema.offered(task.functions)
    reply = asker.reply(_messages(task.turns[0]), offered.tools, several=True)
    calls = [{offered.names[call.name]: dict(call.arguments)} for call in reply.calls]
    facts: dict[str, Any] = {"text": reply.text, "attempts": reply.attempts, "tagged": reply.tagged}
    if task.answer is None:
        return Judgement(bool(calls) == ("irrelevance" not in task.category), reply.malformed, calls, facts)
    found = checker.ask(
        "calls", functions=task.facts["function"], calls=calls, answer=task.answer, category=task.category
    )
    return Judgement(found["valid"], reply.malformed, calls, facts | {"why": found["error"]})


def several_turns(task: Task, asker: Asker, checker: Checker) -> Judgement:
    """A conversation, judged by what its calls have done."""
    talk = Conversation(task, asker, checker)
    try:
        finished = talk.run()
    except Unsupported:
        raise
    except (PromptTooLong, InvalidRequest) as fault:  # as published: an error while answering fails the task
        return talk.judgement(False, str(fault))
    if not finished:
        return talk.judgement(False, f"More than {MOST_STEPS} steps in one turn.")
    found = checker.ask("turns", turns=talk.turns, names=talk.known, answer=task.answer, facts=task.facts)
    return talk.judgement(found["valid"], found["error_message"])


class Conversation:
    """A task of several turns on its way. `turns` are the calls: by turn, by step, as the checker takes them."""

    def __init__(self, task: Task, asker: Asker, checker: Checker) -> None:
        self._task, self._asker, self._checker = task, asker, checker
        self._functions = list(task.functions)
        self._messages: list[Message] = []
        self.turns: list[list[list[str]]] = []
        self.malformed = self.attempts = 0

    @property
    def known(self) -> list[str]:
        """The names that may be called by now."""
        return [each["name"] for each in self._functions]

    def run(self) -> bool:
        """All turns; False where one did not come to an end."""
        for number, said in enumerate(self._task.turns):
            if more := self._task.later.get(number):
                self._functions += more
                said = [{"role": "user", "content": MORE}]
            self._messages += _messages(said)
            self.turns.append([])
            if not self._turn():
                return False
        return True

    def judgement(self, right: bool, error: str | None) -> Judgement:
        return Judgement(right, self.malformed, self.turns, {"why": error, "attempts": self.attempts})

    def _turn(self) -> bool:
        went = self._asker.turn(self._messages, schema.offered(self._functions).tools, self._execute)
        self._messages = went.messages
        self.malformed += went.malformed
        self.attempts += went.attempts
        return went.finished

    def _execute(self, calls: Sequence[ToolCall]) -> list[str | ToolError]:
        """What the calls of one step come to."""
        done: list[str] = []
        results = [self._result(call, done) for call in calls]
        if done:
            self.turns[-1].append(done)
        return results

    def _result(self, call: ToolCall, done: list[str]) -> str | ToolError:
        try:
            text = literal.spoken(call.name, call.arguments)
            (result,) = self._checker.ask("execute", calls=[text], names=self.known, facts=self._task.facts)
        except (literal.NotLiteral, CheckFailed) as fault:
            return ToolError(f"Error during execution: {fault}")
        done.append(text)
        return str(result)


def _messages(turn: Sequence[Mapping[str, str]]) -> list[Message]:
    return [Message(each["role"], each["content"]) for each in turn]  # type: ignore[arg-type]
