"""What was decided in a text, and who is to do what until when. Read by rules alone: an owner or a date that a model
made up would be worse than none."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from agents.extraction.dates import day_in, read
from agents.loop.words import overlap
from agents.summaries.keys import DECISION, DUTY, same
from agents.summaries.lines import Line, bag

_LABEL = re.compile(
    r"^(?:\W{0,3}(?:決議|決定|決議事項|结论|結論|决议|裁示|decisions?|resolved|resolution)\W{0,3}[:：]\W{0,3})\s*", re.I
)
_CELL = re.compile(r"(?:^|; )([^:：;]{1,30})[:：] ?")
_OWNER_KEY = re.compile(r"負責|承辦|负责|owner|assignee|responsible|who", re.I)
_DUE_KEY = re.compile(r"期限|到期|完成日|截止|due|deadline|by when", re.I)
_TASK_KEY = re.compile(r"事項|工作|項目|任務|待辦|事项|action|task|item|what", re.I)
_DONE = re.compile(r"(?:已)?(?:完成|結案|结案)|done|closed|completed?", re.I)
HALF = 0.4  # of a task's words in a sentence about the same person
_HAN_NAME = "[\u4e00-\u9fff]{2,4}?"
_LATIN_NAME = r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2}"
_OWNERS = [
    re.compile(rf"由\s*({_HAN_NAME}|{_LATIN_NAME})\s*(?:負責|负责|辦理|处理|處理|承辦|通知|提供|完成|主持)"),
    re.compile(rf"(?:負責人|承辦人|负责人)\s*[:：]\s*({_HAN_NAME}(?![\u4e00-\u9fff])|{_LATIN_NAME})"),
    re.compile(rf"(?:^|[。；，、：:]\s*)({_HAN_NAME})(?:同意|承諾|將於|应于|應於|須於)"),
    re.compile(rf"\b(?i:owner|assignee|responsible|assigned to)\s*[:：]?\s*({_LATIN_NAME})"),
    re.compile(rf"(?:^|[.;:,]\s+)({_LATIN_NAME}) (?:will|shall|is to|has to|agreed to|promised to)\b"),
]


@dataclass(frozen=True)
class Task:
    """`line` with who is to do it and until when, as the text writes it; empty where it does not say."""

    line: Line
    owner: str = ""
    due: str = ""


def decisions(lines: Sequence[Line], most: int) -> list[Line]:
    """What was decided first, so many. A paragraph that is called so is a decision to its end."""
    found, inside = list[Line](), False
    for before, line in zip([None, *lines], lines, strict=False):
        if len(found) == most:
            break
        inside = bool(_LABEL.match(line.text)) or (inside and _follows(before, line))
        if (inside or DECISION.search(line.text)) and not cells(line.text):
            _add(found, Line(_LABEL.sub("", line.text), line.origins, line.support))
    return found


def tasks(lines: Sequence[Line], most: int) -> list[Task]:
    """Rows of a table that name an owner or a date, then sentences that name an owner; so many of them."""
    rows = list(islice(filter(None, map(_of_row, lines)), most))
    said = (task for line in lines if (task := _of_sentence(line, rows)))
    return [*rows, *islice(said, most - len(rows))]


def measures(lines: Sequence[Line]) -> list[Line]:
    """What is to be done, for an official letter."""
    duties = [line for line in lines if DUTY.search(line.text) and not cells(line.text)]
    return list({bag(line.text) or line.text: line for line in reversed(duties)}.values())[::-1]


def distinct(lines: Sequence[Line]) -> list[Line]:
    """A few lines without those that say nothing new; each is compared with each."""
    found = list[Line]()
    for line in lines:
        _add(found, line)
    return found


def owner_in(sentence: str) -> str:
    """The name of whoever is said to do it."""
    return next((found[1] for owner in _OWNERS if (found := owner.search(sentence))), "")


def cells(row: str) -> dict[str, str]:
    """A table's row as the parser writes it, `name: value; name: value`; empty for anything else."""
    marks = list(_CELL.finditer(row))
    if len(marks) < 2 or marks[0].start() != 0:
        return {}
    ends = [mark.start() for mark in marks[1:]] + [len(row)]
    return {mark[1].strip(): row[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)}


def _of_row(line: Line) -> Task | None:
    named = cells(line.text)
    owner = next((value for name, value in named.items() if _OWNER_KEY.search(name)), "")
    due = next((value for name, value in named.items() if _DUE_KEY.search(name)), "")
    what = next((value for name, value in named.items() if _TASK_KEY.search(name)), "")
    if not what or not (owner or due) or any(_DONE.fullmatch(value) for value in named.values()):
        return None
    return Task(Line(what, line.origins), owner, due)


def _of_sentence(line: Line, rows: Sequence[Task]) -> Task | None:
    owner = "" if cells(line.text) else owner_in(line.text)
    if not owner or any(_covers(task, line.text, owner) for task in rows):
        return None
    return Task(Line(_LABEL.sub("", line.text), line.origins), owner, day_in(line.text))


def _covers(task: Task, sentence: str, owner: str) -> bool:
    """Whether the table says the same of the same person."""
    if task.owner != owner:
        return False
    alike = overlap(set(bag(task.line.text)), set(bag(sentence))) >= HALF
    return alike or (bool(task.due) and _day(task.due) == _day(day_in(sentence)))


def _day(text: str) -> datetime.date | str:
    return read(text) or text


def _follows(before: Line | None, line: Line) -> bool:
    """In the same paragraph: nothing but a space between them, and both in the same text."""
    if before is None or line.origins[0].text != before.origins[0].text:
        return False
    return line.origins[0].start - before.origins[0].end <= 1


def _add(found: list[Line], line: Line) -> None:
    if line.text and not any(same(line.text, other.text) for other in found):
        found.append(line)
