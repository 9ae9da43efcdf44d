"""How a summary is written down: how many sentences, under which headings, with which marks."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.loop.language import Language

COUNTS = {
    "executive": {"short": 3, "medium": 5, "long": 9},
    "bullets": {"short": 4, "medium": 7, "long": 12},
    "minutes": {"short": 3, "medium": 5, "long": 8},
    "official": {"short": 4, "medium": 6, "long": 9},
}
LISTED = {"short": 5, "medium": 10, "long": 20}  # decisions, tasks or measures
NUMERALS = "一二三四五六七八九十"
HEADINGS: dict[Language, dict[str, str]] = {
    "en": {
        "summary": "Summary",
        "decisions": "Decisions",
        "actions": "Action items",
        "subject": "Subject",
        "explanation": "Explanation",
        "measures": "Proposed action",
        "none": "None found in the text.",
        "owner": "owner",
        "due": "due",
        "open": "not stated",
    },
    "zh-Hant": {
        "summary": "摘要",
        "decisions": "決議",
        "actions": "行動項目",
        "subject": "主旨",
        "explanation": "說明",
        "measures": "辦法",
        "none": "原文中未見。",
        "owner": "負責人",
        "due": "期限",
        "open": "未載明",
    },
    "zh-Hans": {
        "summary": "摘要",
        "decisions": "决议",
        "actions": "行动项目",
        "subject": "主旨",
        "explanation": "说明",
        "measures": "办法",
        "none": "原文中未见。",
        "owner": "负责人",
        "due": "期限",
        "open": "未载明",
    },
}
UNCHECKED: dict[Language, str] = {"en": " (not verified)", "zh-Hant": "（未查證）", "zh-Hans": "（未查证）"}


@dataclass(frozen=True)
class Action:
    """Something that somebody is to do: `text` with its marks."""

    text: str
    owner: str = ""
    due: str = ""


def sentences_of(lines: Sequence[str], language: Language) -> str:
    """One paragraph."""
    return (" " if language == "en" else "").join(lines)


def bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def minutes(lines: Sequence[str], decisions: Sequence[str], actions: Sequence[Action], language: Language) -> str:
    """What was talked about, what was decided, and who does what until when."""
    named = HEADINGS[language]
    tasks = [_task(action, language) for action in actions]
    parts = [("summary", list(lines)), ("decisions", list(decisions)), ("actions", tasks)]
    return "\n\n".join(f"## {named[key]}\n\n{bullets(held or [named['none']])}" for key, held in parts)


def official(subject: str, explanation: Sequence[str], measures: Sequence[str], language: Language) -> str:
    """主旨、說明、辦法, as Taiwan's offices write letters; what a part has nothing for is left out."""
    named, colon = HEADINGS[language], ": " if language == "en" else "："
    parts = [f"{named['subject']}{colon}{subject}"]
    for key, held in (("explanation", explanation), ("measures", measures)):
        if held:
            parts.append("\n".join([f"{named[key]}{colon.strip()}", *_numbered(held, language)]))
    return "\n\n".join(parts)


def _numbered(lines: Sequence[str], language: Language) -> list[str]:
    if language == "en":
        return [f"{number}. {line}" for number, line in enumerate(lines, start=1)]
    return [f"{_numeral(number)}、{line}" for number, line in enumerate(lines, start=1)]


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else NUMERALS[tens - 1]) + ("十" if tens else "") + (NUMERALS[ones - 1] if ones else "")


def _task(action: Action, language: Language) -> str:
    named = HEADINGS[language]
    colon, comma = (": ", "; ") if language == "en" else ("：", "；")
    owner = f"{named['owner']}{colon}{action.owner or named['open']}"
    due = f"{named['due']}{colon}{action.due or named['open']}"
    return f"{action.text} ({owner}{comma}{due})" if language == "en" else f"{action.text}（{owner}{comma}{due}）"
