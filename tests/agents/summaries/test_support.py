"""What the text does not carry is found out, whatever it sounds like."""

import pytest

from agents.summaries.support import check, numbers_from_nowhere

LINE = "The line from Taipei to Kaohsiung was opened by Mayor Chen in spring."
LEAVE = "Every employee has seven days of leave after one year."
EXPIRE = "Unused days of leave do not expire before March 2026."
HOLIDAY = "員工到職滿一年者，每年給予特別休假七日。"
KEEP = "未休完之日數遞延至次年三月底，不得折算工資。"


@pytest.mark.parametrize(
    ("sentence", "sources"),
    [
        ("Employees have seven days of leave after one year.", [LEAVE]),
        ("Every employee has 7 days of leave after 1 year.", [LEAVE]),
        ("Unused leave does not expire before March 2026.", [EXPIRE]),
        (
            "After one year there are seven days of leave, and unused days do not expire before March 2026.",
            [LEAVE, EXPIRE],
        ),
        ("Mayor Chen opened the line from Taipei to Kaohsiung in spring.", [LINE]),
        ("The Line from Taipei was opened in Spring by Mayor Chen.", [LINE]),
        ("到職滿一年者每年有特別休假七日。", [HOLIDAY]),
        ("到職滿 1 年，每年給予特別休假 7 日。", [HOLIDAY]),
        ("未休完日數遞延至次年三月底，不得折算工資。", [KEEP]),
    ],
)
def test_what_the_sources_say(sentence: str, sources: list[str]) -> None:
    assert check(sentence, sources).support == "supported"


@pytest.mark.parametrize(
    ("sentence", "sources", "why"),
    [
        ("Every employee has eight days of leave after 18 months.", [LEAVE], "numbers"),
        ("Every employee has 9 days of leave after one year.", [LEAVE], "numbers"),
        ("Unused days of leave expire before March 2026.", [EXPIRE], "negation"),
        ("Every employee does not have seven days of leave after one year.", [LEAVE], "negation"),
        ("The company was founded by the grandfather of the president.", [LEAVE], "overlap"),
        ("The line from Taipei to Kaohsiung was opened by Mayor Wang in spring.", [LINE], "names: Wang"),
        ("員工每年給予特別休假十四日。", [HOLIDAY], "numbers"),
        ("員工到職滿一年者，每年由阿茲提克基金會給予特別休假。", [HOLIDAY], "words"),
        ("未休完之日數遞延至次年三月底，得折算工資。", [KEEP], "negation"),
        ("公司每年舉辦員工旅遊與尾牙活動。", [HOLIDAY], "words"),
    ],
)
def test_what_they_do_not_say(sentence: str, sources: list[str], why: str) -> None:
    verdict = check(sentence, sources)
    assert verdict.support == "unsupported"
    assert verdict.why.startswith(why)


def test_another_language_is_checked_by_meaning_names_and_numbers() -> None:
    said = "Each employee gets seven days of special leave a year after one year."
    assert check(said, [HOLIDAY]).support == "unchecked"
    assert check(said, [HOLIDAY], lambda a, b: 0.9).support == "supported"
    assert check(said, [HOLIDAY], lambda a, b: 0.5).support == "unsupported"
    assert check(said, [HOLIDAY], lambda a, b: None).support == "unchecked"
    assert check("Each employee gets 15 days.", [HOLIDAY], lambda a, b: 0.99).support == "unsupported"
    assert check("Nova 公司的員工每年有休假。", [LEAVE], lambda a, b: 0.99).why == "names: Nova"


def test_numbers_are_the_same_however_they_are_written() -> None:
    assert numbers_from_nowhere("It costs 4,000 and takes 14 days.", "費用 4000 元，十四日內。") == set()
    assert numbers_from_nowhere("It takes 3 days.", "三個工作日") == set()
    assert numbers_from_nowhere("It takes 3 of 5 days.", "三個工作日") == {"5"}
