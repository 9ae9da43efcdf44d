"""What codes stand for that functions take without explaining them: currencies, languages and countries, by the names
that the Unicode CLDR has for them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from babel import Locale

_LOCALES = [Locale("en"), Locale("zh", script="Hant"), Locale("zh", script="Hans")]
_KINDS = ("currencies", "languages", "territories")
# What people in Taiwan say, and the CLDR does not.
_COLLOQUIAL = {"台幣": "TWD", "臺幣": "TWD", "日幣": "JPY", "美金": "USD", "韓幣": "KRW"}
_SHORTEST = 2  # characters of a name


@lru_cache(maxsize=256)
def names(values: Sequence[str]) -> list[tuple[str, str]]:
    """Names with the codes that they stand for, where all values are codes of one kind: "won" for KRW, 港幣 for HKD."""
    keys = {value: value.replace("-", "_") for value in values}
    for kind in _KINDS if len(keys) > 1 else ():
        if all(key in getattr(_LOCALES[0], kind) for key in keys.values()):
            found = {(getattr(each, kind).get(key, ""), value) for value, key in keys.items() for each in _LOCALES}
            found |= {(name, code) for name, code in _COLLOQUIAL.items() if code in keys}
            return sorted((name, value) for name, value in _unmistakable(found) if len(name) >= _SHORTEST)
    return []


def _unmistakable(named: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The names, and of an English one its last word alone where it is the only one with that: won, not dollar."""
    named = set(named)
    last = {(name.rpartition(" ")[2], value) for name, value in named if name.isascii()}
    counted = Counter(word for word, _ in last)
    return named | {(word, value) for word, value in last if counted[word] == 1}
