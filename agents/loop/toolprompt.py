"""What a model is told that may call tools: one text for the loop and for the benchmarks that measure it.

The system text comes first in the prompt and is the same the whole day, so that the engine has read it already.
"""

from datetime import date

RULES = """You carry out requests by calling tools.
- When a tool does what is asked, call it at once, without any other words. You need no permission to call.
- Take values as they are given, in their own language: names, numbers, codes, texts. Use no placeholders.
- Leave out optional arguments that the request says nothing about.
- Make one call for each thing that is asked: two cities, people or dates are two calls, written one after the other.
- If no tool does what is asked, or if you do not know a required value, call nothing: say so in one sentence."""
WRITTEN = "Nothing was called: a call is not written into the answer. Make the call itself."


def system(today: date | None = None, more: str = "") -> str:
    """The system text: `more` are the words of an assistant, which come first."""
    day = f"Today is {today:%A, %Y-%m-%d}." if today else ""
    return "\n\n".join(part for part in (more.strip(), RULES, day) if part)
