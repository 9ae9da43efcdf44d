"""What the harness itself says, and how a model says that it found nothing."""

import re

from .language import Language

NOTHING: dict[Language, str] = {
    "en": "I could not find an answer to this in the documents that you can read.",
    "zh-Hant": "在您可以閱讀的文件中，我找不到這個問題的答案。",
    "zh-Hans": "在您可以阅读的文件中，我找不到这个问题的答案。",
}
GREETING: dict[Language, str] = {
    "en": "Hello! Ask me about the documents, and I will answer with the places that I found it in.",
    "zh-Hant": "您好！請問我與文件有關的問題，我會附上出處來回答。",
    "zh-Hans": "您好！请问我与文件有关的问题，我会附上出处来回答。",
}
# To an agent's model when it must end.
ANSWER_NOW: dict[Language, str] = {
    "en": "Answer now from what is known above. Say plainly what could not be found or done. Call nothing more.",
    "zh-Hant": "請依上面已知的內容立即以繁體中文回答，並明白說出哪些找不到或沒有完成。不要再呼叫任何功能。",
    "zh-Hans": "请根据上面已知的内容立即用简体中文回答，并明白说出哪些找不到或没有完成。不要再调用任何功能。",
}
# What stands behind a question to which no function is near.
MAY_BE_NONE: dict[Language, str] = {
    "en": "(It may be that no function does this. Then answer in one sentence, and call nothing.)",
    "zh-Hant": "（可能沒有任何功能可以做到這件事。如果沒有，請用一句話以繁體中文回答，不要呼叫任何功能。）",
    "zh-Hans": "（可能没有任何功能可以做到这件事。如果没有，请用一句话用简体中文回答，不要调用任何功能。）",
}
# When it has written nothing.
ANSWER: dict[Language, str] = {
    "en": "Answer the question now with what the results above say. Call nothing more.",
    "zh-Hant": "請依上面的結果，立即以繁體中文回答問題。不要再呼叫任何功能。",
    "zh-Hans": "请根据上面的结果，立即用简体中文回答问题。不要再调用任何功能。",
}
# What an agent's answer ends with where it was made to end, by the bound that was reached.
_UNFINISHED: dict[Language, str] = {
    "en": "(I had to stop before I was done: {why}. What is not written above was not done.)",
    "zh-Hant": "（我在完成之前必須停下：{why}。上面沒有寫到的部分並未完成。）",
    "zh-Hans": "（我在完成之前必须停下：{why}。上面没有写到的部分并未完成。）",
}
_WHY: dict[str, dict[Language, str]] = {
    "seconds": {"en": "the time was up", "zh-Hant": "時間已用完", "zh-Hans": "时间已用完"},
    "steps": {"en": "the number of steps was used up", "zh-Hant": "步驟數已用完", "zh-Hans": "步骤数已用完"},
    "tokens": {"en": "there was too much to read", "zh-Hant": "要讀的內容太多", "zh-Hans": "要读的内容太多"},
    "calls": {"en": "the number of calls was used up", "zh-Hant": "呼叫次數已用完", "zh-Hans": "调用次数已用完"},
    "cost": {"en": "the budget was used up", "zh-Hant": "預算已用完", "zh-Hans": "预算已用完"},
    "stuck": {"en": "nothing new came back", "zh-Hant": "沒有得到新的結果", "zh-Hans": "没有得到新的结果"},
}
NO_WORDS: dict[Language, str] = {
    "en": "I have no answer to this.",
    "zh-Hant": "我沒有這個問題的答案。",
    "zh-Hans": "我没有这个问题的答案。",
}
# The word that the model is asked to say when the documents do not answer: short, so that it is known at once.
NO_ANSWER = "NOT_FOUND"
# As models write it when they mean it.
NO_ANSWERS = (NO_ANSWER, "Not_FOUND", "NOT FOUND", "Not_Found", "not_found")
_DECLINES = re.compile(
    r"\b(do(es)?|did|is|are) not (explicitly |specifically |directly )?"
    r"(mention|provide|contain|specify|include|state|say|answer|give|list|discuss|address|cover|available|provided|"
    r"mentioned|specified|stated)|no (specific )?(information|mention|details?)\b|"
    r"(can(not|'t)|could not|unable to) (find|answer|determine)|not (found )?in the (documents?|context)|"
    r"(没有|沒有|並未|并未|未|無|无|不)(明確|明确|直接|具體|具体)?(提到|提及|提供|說明|说明|包含|記載|记载|列出|相關|相关|指出)|"
    r"(找不到|無法|无法)|不(知道|清楚|確定|确定)",
    re.IGNORECASE,
)
# The documents as subject: not a statement from them but about them.
_OF_DOCUMENTS = re.compile(
    r"^\W*(sorry\W+)?((the|these|provided|given)\s+)*(documents?|context|passages?)\b[^.]{0,60}\b(not|no)\b|"
    r"^\W*(抱歉，?)?(根據|根据)?(這些|这些|提供的|上述)?(文件|資料|资料)(中|裡|里|內|内)?(並|并)?(沒有|没有|未|無|无)",
    re.IGNORECASE,
)


def is_decline(answer: str, cites: bool = False) -> bool:
    """Whether a short answer says that the documents do not answer. One that `cites` may well say no."""
    if len(answer) >= 240:
        return NO_ANSWER in answer
    return NO_ANSWER in answer or bool(_OF_DOCUMENTS.search(answer)) or (not cites and bool(_DECLINES.search(answer)))


def unfinished(bound: str, language: Language) -> str:
    """That, and why, an agent had to stop."""
    return _UNFINISHED[language].format(why=_WHY[bound][language])
