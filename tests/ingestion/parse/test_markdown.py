"""Markdown as a reader sees it."""

import pytest

from ingestion.parse import parse
from tests.ingestion.making import sound

PAGE = """---
title: "產品會議"
---
# 會議紀錄

出席：**林經理**、[王工程師](mailto:wang@example.test)。見 [規格](https://example.test/spec)。

- Pumps
  - QX-2100
1. First
2. Second

| 品名 | 數量 |
|------|-----:|
| 球閥 | 3 |

## Code

    indented

```python
if x:
    pass
```
<p>HTML <b>inside</b></p>
<!-- hidden -->
"""


def test_structure_without_markup() -> None:
    parsed = parse(PAGE.encode(), "minutes.md")
    sound(parsed)
    assert parsed.text == (
        "會議紀錄\n\n出席：林經理、王工程師 (wang@example.test)。見 規格 (https://example.test/spec)。\n\n"
        "- Pumps\n- QX-2100\n1. First\n2. Second\n\n品名: 球閥; 數量: 3\n\nCode\n\nindented\n\n"
        "if x:\n    pass\n\nHTML inside"
    )
    assert (parsed.title, [(h.level, h.title) for h in parsed.headings]) == ("產品會議", [(1, "會議紀錄"), (2, "Code")])
    assert parsed.media_type == "text/markdown"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp950"])
def test_encodings(encoding: str) -> None:
    parsed = parse("# 請假辦法\n\n員工請假應於三日前提出申請。".encode(encoding), "a.md")
    assert [heading.title for heading in parsed.headings] == ["請假辦法"]


def test_a_text_about_pdf_files_is_not_one() -> None:
    assert parse(b"# Formats\n\nA file that starts with %PDF-1.7 is a PDF.", "a.md").title == "Formats"
