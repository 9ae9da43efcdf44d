"""Regular expressions that others wrote, matched within bounds: one that backtracks for ever counts as unanswerable."""

import regex

LONGEST_PATTERN = 1000
SECONDS = 0.2


class Unanswerable(Exception):
    """The expression cannot be understood, or takes too long on this text."""


def found(pattern: str, text: str) -> bool:
    """Whether the expression matches anywhere in the text."""
    if len(pattern) > LONGEST_PATTERN:
        raise Unanswerable
    try:
        return regex.search(pattern, text, timeout=SECONDS) is not None
    except (regex.error, ValueError, TimeoutError, RecursionError, MemoryError) as error:
        raise Unanswerable from error


def readable(pattern: str) -> bool:
    """Whether it is a regular expression at all."""
    try:
        regex.compile(pattern)
    except (regex.error, ValueError, RecursionError):  # a ValueError where its flags exclude each other
        return False
    return len(pattern) <= LONGEST_PATTERN
