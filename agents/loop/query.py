"""From a question, and what was said before it, to what is searched for."""

import re
from collections.abc import Mapping, Sequence

from .words import words

Turn = Mapping[str, str]
# Words that point back to something said before; a question with one of them means nothing by itself.
_POINTS_BACK = re.compile(
    r"\b(it|its|they|them|their|he|she|his|her|this|that|these|those|there|then|one|ones|same|former|latter|"
    r"what about|how about|and|also|else|instead|more)\b|"
    r"[它他她牠祂該其此那這]|呢|還有|另外|同樣|一樣|剛才|前面|上面|那麼",
    re.IGNORECASE,
)
_FEW = 4
_GREETING = re.compile(
    r"\W*(hi|hello|hey|good (morning|afternoon|evening)|thanks?|thank you( very much| so much)?|thx|bye|goodbye|"
    r"ok(ay)?|"
    r"great|你好|您好|哈囉|嗨|早安|午安|晚安|謝謝(你|您)?|感謝|多謝|再見|好的|了解)(\s+(there|everyone|quarry))?\W*",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"[?？]|^\W*(who|whom|whose|what|when|where|which|why|how|is|are|do|does|did|may|am|was|were)\b|"
    r"怎麼|怎樣|如何|為什麼|為何|什麼|甚麼|哪|幾|多少|是否|嗎|誰|何時|請問",
    re.IGNORECASE,
)
_WANTS = re.compile(
    r"\b(please|(can|could|would|will) (you|some(one|body)|any(one|body))|"
    r"(can|could|may) (i|we) (get|have|book|reserve))\b|"
    r"^\W*(寄|發|傳|寫(封?信)|通知|告訴|提醒|轉告|預約|訂|安排|取消|建立|新增|開(一?[張個]|單))|"
    r"(?<![申邀])請(?!問|假)|幫我|替我|麻煩|拜託|(可以|能不能|能否|可不可以|可否)(訂|預約|寄|安排)",
    re.IGNORECASE,
)


def search_query(question: str, history: Sequence[Turn]) -> str:
    """The question; a follow-up that does not stand by itself is joined to the question before it."""
    earlier = [turn["content"] for turn in history if turn["role"] == "user"]
    if not earlier or not is_follow_up(question):
        return question
    return f"{earlier[-1]}\n{question}"


def is_follow_up(question: str) -> bool:
    """Whether a question leans on the one before it: it points back, or has too few telling words."""
    return bool(_POINTS_BACK.search(question)) or len(words(question)) < _FEW


def only_asks(text: str) -> bool:
    """Whether somebody wants to know something, and nothing done: asking politely for a deed is no question."""
    return bool(_ASKS.search(text)) and not _WANTS.search(text)


def is_small_talk(text: str) -> bool:
    """A greeting or thanks, for which no document is searched."""
    return len(text) < 60 and _GREETING.fullmatch(text) is not None
