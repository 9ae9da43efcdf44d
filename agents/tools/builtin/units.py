"""Units and what they are in others: pint's, and those of Taiwan."""

import math
import re
import unicodedata
from functools import cache
from typing import Any

from agents.tools.types import ToolError

# By name only: pint would compute what stands beside it, and 9**9**9 is a unit's power too.
UNIT = re.compile(r"[A-Za-zµμ°ΩÅ_%\u4e00-\u9fff]{1,30}")
WHOLE = re.compile(
    rf"(?:{UNIT.pattern})(?:\s*(?:\^|\*\*)?\s*-?\d)?(?:\s*[*/·]\s*(?:{UNIT.pattern})(?:(?:\^|\*\*)?-?\d)?)*"
)
PART = re.compile(rf"({UNIT.pattern})\s*(?:\^|\*\*)?\s*(-?\d)?")
MOST_PARTS, LONGEST = 6, 80
# What people here call units, and pint's word for it. C and F are temperatures, not electricity.
NAMED = """
坪=tw_ping 甲=tw_jia 台斤=tw_jin 斤=tw_jin 台兩=tw_liang 兩=tw_liang 公里=kilometer 公尺=meter 米=meter
公分=centimeter 公厘=millimeter 毫米=millimeter 公噸=metric_ton 噸=metric_ton 公斤=kilogram 公克=gram 克=gram
毫克=milligram 公升=liter 毫升=milliliter 加侖=gallon 盎司=ounce 磅=pound 海里=nautical_mile 英里=mile 英呎=foot
英尺=foot 英吋=inch 英寸=inch 碼=yard 英畝=acre 公頃=hectare 公畝=are 平方公尺=meter2 平方公里=kilometer2
立方公尺=meter3 度電=kWh 秒=second 分鐘=minute 小時=hour 天=day 日=day 週=week 星期=week 年=year
時速=kilometer/hour 馬力=horsepower 瓦=watt 千瓦=kilowatt 大卡=kilocalorie 卡=calorie 攝氏=degC 攝氏度=degC
華氏=degF 華氏度=degF C=degC F=degF °C=degC °F=degF celsius=degC fahrenheit=degF Celsius=degC
Fahrenheit=degF ping=tw_ping mph=mile/hour kmh=kilometer/hour kph=kilometer/hour K=kelvin
lbs=pound cc=milliliter
"""
OWN = dict(pair.split("=") for pair in NAMED.split())
DEFINED = (
    "tw_ping = 400/121 * meter**2",
    "tw_jia = 2934 * tw_ping",
    "tw_jin = 0.6 * kilogram",
    "tw_liang = 0.0375 * kilogram",
)


@cache
def _registry() -> Any:
    import pint

    found: Any = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    for line in DEFINED:
        found.define(line)
    return found


def convert(value: float, source: str, target: str) -> float:
    """The value in the other unit, or a ToolError that says what is wrong."""
    import pint

    registry, names = _registry(), [_meant(source), _meant(target)]
    try:
        found = registry.Quantity(value, registry.Unit(names[0])).to(registry.Unit(names[1])).magnitude
        return float(f"{_finite(found):.12g}")
    except pint.DimensionalityError:
        raise ToolError(
            f"{source[:40]} cannot be converted into {target[:40]}: they measure different things."
        ) from None
    except (pint.PintError, ValueError, ArithmeticError, AttributeError, TypeError, AssertionError):
        raise ToolError(
            f"The unit {source[:40]!r} or {target[:40]!r} is not known. Use names like kg, mile or 坪."
        ) from None


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ToolError("The result is too large.")
    return value


def _meant(unit: str) -> str:
    """The unit in pint's words, and nothing that would be computed."""
    text = unicodedata.normalize("NFKC", unit).strip()  # ㎡ is m2, ℃ is °C
    parts = PART.findall(text)
    if not WHOLE.fullmatch(text) or len(text) > LONGEST or len(parts) > MOST_PARTS:
        raise ToolError(f"The unit {unit[:40]!r} is not known. Use names like kg, mile or 坪.")
    return PART.sub(lambda match: _known(match[1]) + (f"**{match[2]}" if match[2] else ""), text)


def _known(name: str) -> str:
    if name in OWN:
        return re.sub(r"(\d)$", r"**\1", OWN[name])
    registry = _registry()
    for candidate in (name, name.lower()):
        if candidate in registry:
            return candidate
    return name
