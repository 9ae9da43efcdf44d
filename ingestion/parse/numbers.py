"""Numbers as a person would write them down: no exponent, nothing lost, no noise of binary fractions."""


def plain(value: float) -> str:
    """`0.1 + 0.2` as 0.3, 12345678.0 as 12345678."""
    if isinstance(value, int) or abs(value) >= 1e15:
        return str(value)
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def grouped(value: float) -> str:
    """With a comma between thousands."""
    whole, point, fraction = plain(value).partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return sign + (f"{int(digits):,}" if digits.isdecimal() else digits) + point + fraction


def percent(value: float) -> str:
    """A share as Excel stores it: 0.125 is 12.5%."""
    return f"{plain(round(value * 100, 4))}%"
