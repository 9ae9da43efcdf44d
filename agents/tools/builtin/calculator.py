"""Calculating and converting, so that no model has to do it in its head."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from agents.tools.builtin import arithmetic, units
from agents.tools.builtin.types import BuiltIn, Task, parameters, text
from agents.tools.kinds import Offer
from agents.tools.types import Context, Result


def calculate(context: Context, arguments: Mapping[str, Any]) -> Result:
    value = arithmetic.shown(arithmetic.evaluate(arguments["expression"]))
    return Result(f"{arguments['expression'].strip()} = {value}", {"value": value})


def convert(context: Context, arguments: Mapping[str, Any]) -> Result:
    source, target = arguments["from"], arguments["to"]
    value = units.convert(arguments["value"], source, target)
    return Result(f"{_shown(arguments['value'])} {source} = {_shown(value)} {target}", {"value": value})


def _shown(value: float) -> str:
    """As exactly as a floating-point number is meant."""
    return arithmetic.shown(Decimal(f"{value:.15g}"))


TOOL = BuiltIn(
    "calculator",
    "Calculator",
    "Calculates exactly and converts units.",
    [
        Task(
            Offer(
                "calculate",
                "Calculate an expression exactly: + - * / ** %, sqrt, round, sum, mean. 計算、加減乘除、百分比",
                parameters(
                    ["expression"], expression=text("For instance (1200 + 350) * 5%", minLength=1, maxLength=500)
                ),
                title="Calculate",
                writes=False,
            ),
            calculate,
        ),
        Task(
            Offer(
                "convert_units",
                "Convert a value between units of length, area, weight, volume, temperature, speed. 單位換算、坪、公斤",
                parameters(
                    ["value", "from", "to"],
                    value={"type": "number", "description": "How much"},
                    **{
                        "from": text("Unit, like kg, mile, degC, 坪", minLength=1, maxLength=80),
                        "to": text("Unit wanted", minLength=1, maxLength=80),
                    },
                ),
                title="Convert units",
                writes=False,
            ),
            convert,
        ),
    ],
)
