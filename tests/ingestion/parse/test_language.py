"""A guess at the language that is right for whole sentences."""

import pytest

from ingestion.parse.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("員工請假應於三日前提出申請。", "zh-Hant"),
        ("员工请假应当提前三天提出申请。", "zh-Hans"),
        ("QX-2100 型泵浦的保固期為二十四個月，請洽 Service Center。", "zh-Hant"),
        ("The warranty of the pump is twenty-four months.", "en"),
        ("Der Urlaub ist drei Tage vorher zu beantragen und von dem Vorgesetzten zu genehmigen.", "de"),
        ("この製品の保証期間は二十四か月です。", "ja"),
        ("직원은 사흘 전에 휴가를 신청해야 합니다.", "ko"),
        ("", ""),
        ("12 34", ""),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert detect(text) == language
