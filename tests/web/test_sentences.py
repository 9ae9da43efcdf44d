"""The catalogue of the server's sentences: it knows all of them, no others, and finds each again."""

import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest
from quarry.api.sentences import CATALOGUES, catalogue, translated

from tests.web.sentences_in_code import parsed, templates

LANGUAGES = sorted(CATALOGUES)


def bare(template: str) -> str:
    return re.sub(r"{.*?}", "{}", template)


def names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_code_has_a_translation_and_every_translation_a_sentence(language: str) -> None:
    said, known = templates(), {bare(english) for english in catalogue(language)}
    assert len(said) > 150
    assert {place: sentence for sentence, place in said.items() if sentence not in known} == {}
    assert known - said.keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_translated_twice(language: str) -> None:
    sections = tomllib.loads(CATALOGUES[language].read_text(encoding="utf-8")).values()
    assert sum(map(len, sections)) == len({bare(english) for english in catalogue(language)})


def test_translations_are_chinese_and_keep_the_values() -> None:
    for english, chinese in catalogue("zh-hant").items():
        assert names(english) == names(chinese), english
        assert re.search(r"[\u4e00-\u9fff]|PDF", chinese), english
        assert not re.search(r"[,;:!?] |\.$", chinese), f"{chinese}: Chinese has marks of its own"


@pytest.mark.parametrize(("english", "chinese"), catalogue("zh-hant").items())
def test_each_sentence_is_found_again_with_its_values(english: str, chinese: str) -> None:
    values = {name: f"{number}7.{name}" for number, name in enumerate(sorted(names(english)))}
    assert translated(english.format(**values), "zh-hant") == chinese.format(**values)
    assert translated(english.format(**values), "en") == english.format(**values)


def test_a_value_may_be_a_sentence_and_braces_are_only_braces() -> None:
    assert translated("The file is damaged or not really a picture (OSError).", "zh-hant") == (
        "檔案已損毀，或實際上不是圖片（OSError）。"
    )
    assert translated("The engine failed: {0} {x}\nagain", "zh-hant") == "推論引擎發生錯誤：{0} {x}\nagain"
    assert translated("""There is a group "Bob's" already.""", "zh-hant") == "已經有名為「Bob's」的群組。"
    assert translated("A sentence that nobody has translated.", "zh-hant") == "A sentence that nobody has translated."


def test_the_reader_of_the_code_finds_what_it_should(tmp_path: Path) -> None:
    """Sentences by way of names, functions, tables and conditions; not what is recorded or a code word."""
    source = tmp_path / "made_up.py"
    source.write_text(
        "TEXT = 'By name.'\n"
        "TABLE = {'a': 'an apple', 'b': 'HTML'}\n"
        "def why(x): return f'Because of {x}.' if x else 'For no reason.'\n"
        "def work(kind):\n"
        "    name = TABLE.get(kind, kind)\n"
        "    raise ParseError(TEXT)\n"
        "    raise Problem(409, f'Not {name}: {kind!r}.', errors={'x': ['Taken already.']})\n"
        "    raise ParseError(why(kind)) from None\n"
        "    record(None, 'x.y', None, {'error': 'Not for readers.'})\n"
        "    rows.update(stage='Working hard', error='')\n"
        "    publish('progress', {'stage': 'reading'})\n"
    )
    module = parsed(source)
    assert {template for expression in module.spoken() for template in module.read(expression)} == {
        *("By name.", "an apple", "Not {}: {}.", "Taken already.", "Because of {}.", "For no reason.", "Working hard"),
    }
