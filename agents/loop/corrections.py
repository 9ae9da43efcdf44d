"""What is wrong with a call that a model made, or with a call that it only wrote down, in words that it can act on."""

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches

from quarry import runtime

from agents.tools import schemas
from agents.tools.types import ToolError

MOST = 2  # times that a model is corrected in a run
UNKNOWN = "There is no function {name}. There are: {names}."
WRITTEN = "Nothing was called: a call is not written into the answer. Make the call itself."
ELSE = "There is no function {name}. If one of those that there are does what is asked, call it; if none does, say so."
NOTHING = "Nothing was written. Call the function that does what is asked; if none does, say so in one sentence."
TOO_LONG = "Nothing was called: the call was too long. Make it with shorter values."
# A call's tag, JSON that names something and is about to give it arguments, or a function, however it goes on.
_JSON = r'<\|?tool_call\|?>|"name"\s*:\s*"(?:[^"]*"\s*,\s*"(?:arguments|parameters)"\s*:|(?:{names})")'
_NAMED = re.compile(r'"name"\s*:\s*"([\w.-]{1,64})"')  # what is no name is not repeated to the model
_CODE = r"""(?<![\w.-])(?:{names})(?:\(|\s+\(\s*(?:\w+\s*=|["'\[{{]))"""
_LINE = r"(?m:^[ \t>`*-]*)(?:{names})\("


def unknown(name: str, names: Collection[str]) -> str:
    """That a function is not on offer."""
    return UNKNOWN.format(name=name[:64], names=", ".join(names))


def fault(call: runtime.ToolCall, tools: Sequence[runtime.Tool]) -> str:
    """What is wrong with a call; empty where nothing is."""
    tool = next((each for each in tools if each.name == call.name), None)
    if tool is None:
        return unknown(call.name, [each.name for each in tools])
    try:
        schemas.refuse(tool.parameters, call.arguments)
    except ToolError as error:
        return str(error)
    return ""


def written(text: str, names: Collection[str], called: Collection[str] = ()) -> bool:
    """Whether a text without a call was meant to be one of a function of these names. One that was `called` before may
    be spoken of; then only what begins a line with it, as code does, is a call."""
    signs = [_JSON.format(names="|".join(map(re.escape, names)))]
    if new := [name for name in names if name not in called]:
        signs.append(_CODE.format(names="|".join(map(re.escape, new))))
    if old := [name for name in names if name in called]:
        signs.append(_LINE.format(names="|".join(map(re.escape, old))))
    return bool(names) and any(re.search(sign, text) for sign in signs)


def made_up(text: str, names: Collection[str]) -> str:
    """The function that a written call is of, where it is none on offer, and none that looks like one: what the model
    looked for is not there. Else empty."""
    named = _NAMED.findall(text)
    if not named or any(get_close_matches(each, names, 1) for each in named):
        return ""
    return str(named[0])
