"""Fields of the sample documents, read by the starter model."""

import json

import jsonschema
import pytest

from apps.accounts.models import User
from apps.knowledge.models import Collection
from tests.agents.extraction.conftest import Asked, done
from tests.agents.extraction.test_run import verbatim
from tests.agents.summaries.texts import sample, stored
from tests.runtime.conftest import models_folder, starter

__all__ = ["models_folder", "starter"]
pytestmark = [pytest.mark.model, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("starter")]
MEETING = {
    "type": "object",
    "properties": {
        "date": {"type": "string", "format": "date", "description": "Date of the meeting 會議日期"},
        "chair": {"type": "string", "description": "Who leads the meeting 主席"},
        "place": {"type": ["string", "null"], "description": "Where 地點"},
        "budget": {"type": ["number", "null"], "description": "Budget that was approved for HLP-110 核准開發預算"},
    },
    "required": ["date", "chair"],
}
INVOICE = {
    "統一發票": "發票號碼：AB-12345678\n日期：中華民國 115 年 5 月 29 日\n"
    "賣方：日昌精密股份有限公司　統一編號：12345675",
    "買受人": "買方：鴻陵泵浦股份有限公司\n統一編號：87654321",
    "明細": "品名：機械軸封 MS-2840　數量：12　單價：1,500　金額：18,000\n"
    "銷售額合計：18,000　營業稅：900　總計：18,900",
}


def test_the_minutes(asked: Asked, office: Collection, employee: User) -> None:
    document = sample(office, "product-meeting-2026-04-14-zh.md")
    extraction = done(asked(employee, document=document.pk, schema=MEETING))
    answer = json.loads(extraction.run.answer)
    jsonschema.validate(answer, MEETING)
    assert answer["date"] == "2026-04-14"
    assert "林鴻哲" in answer["chair"]
    row = extraction.rows.get()
    found = {each["path"]: each for each in row.fields}
    assert found["date"]["how"] in ("verbatim", "normalised")
    verbatim(row.fields)


def test_an_invoice_by_the_template(asked: Asked, office: Collection, employee: User) -> None:
    document = stored(office, INVOICE, "發票")
    extraction = done(asked(employee, document=document.pk, template="invoice", schema=None))
    values = json.loads(extraction.run.answer)
    assert values["invoice_number"] == "AB-12345678"
    assert values["invoice_date"] == "2026-05-29"
    assert values["total_amount"] == 18900
    verbatim(extraction.rows.get().fields)
