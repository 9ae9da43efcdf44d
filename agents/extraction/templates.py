"""Ready-made schemas for papers that every office has."""

from typing import Any

from agents.extraction import schemas


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": ["string", "null"], "description": description, **more}


def _date(description: str) -> dict[str, Any]:
    return {"type": ["string", "null"], "format": "date", "description": description}


def _number(description: str) -> dict[str, Any]:
    return {"type": ["number", "null"], "description": description}


def _list(description: str, items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "description": description, "items": items}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


_TAX_ID = "統一編號, eight digits"
_INVOICE = _object(
    invoice_number=_text("Number of the invoice; of a Taiwanese 統一發票 two letters and eight digits. 發票號碼"),
    invoice_date=_date("Date of the invoice. 開立日期, 發票日期"),
    due_date=_date("Until when it is to be paid. 付款期限"),
    seller_name=_text("Who sells and writes the invoice. 賣方, 開立人"),
    seller_tax_id=_text(f"The seller's tax number. 賣方{_TAX_ID}"),
    buyer_name=_text("Who buys. 買方, 買受人"),
    buyer_tax_id=_text(f"The buyer's tax number. 買方{_TAX_ID}"),
    currency=_text("Currency as three letters, TWD for 新臺幣"),
    net_amount=_number("Sum without tax. 銷售額, 未稅金額"),
    tax_amount=_number("Tax. 營業稅額"),
    total_amount=_number("Sum to be paid, with tax. 總計, 含稅總額"),
    items=_list(
        "What was sold. 品名, 明細",
        _object(
            description=_text("What it is. 品名"),
            quantity=_number("How many. 數量"),
            unit_price=_number("Price of one. 單價"),
            amount=_number("Price of all of them. 金額"),
        ),
    ),
)
_CONTRACT = _object(
    title=_text("What the contract is called. 契約名稱"),
    party_a=_text("The first party. 甲方"),
    party_b=_text("The second party. 乙方"),
    contract_number=_text("Number of the contract. 契約編號"),
    signed_on=_date("When it was signed. 簽約日"),
    starts_on=_date("From when on it holds. 生效日, 契約期間起"),
    ends_on=_date("Until when it holds. 到期日, 契約期間迄"),
    amount=_number("What is to be paid in all. 契約總價, 金額"),
    currency=_text("Currency as three letters, TWD for 新臺幣"),
    payment_terms=_text("How and when is paid. 付款方式, 付款條件"),
    notice_period=_text("How long before its end it must be given notice of. 終止通知期間"),
    penalty=_text("What is to be paid for being late or breaking it. 違約金, 罰則"),
    governing_law=_text("Which law holds, which court decides. 準據法, 管轄法院"),
    confidentiality=_text("What must be kept secret, and for how long. 保密條款"),
)
_CV = _object(
    name=_text("Name of the person. 姓名"),
    email=_text("E-mail address. 電子郵件"),
    phone=_text("Telephone number. 電話"),
    born_on=_date("Date of birth. 出生日期"),
    address=_text("Where they live. 地址"),
    languages=_list("Languages that they speak. 語言能力", {"type": "string"}),
    skills=_list("What they can do. 專長, 技能", {"type": "string"}),
    education=_list(
        "Schools, the latest first. 學歷",
        _object(
            school=_text("School. 學校"),
            degree=_text("Degree and subject. 學位, 科系"),
            years=_text("From when to when. 期間"),
        ),
    ),
    experience=_list(
        "Work, the latest first. 經歷",
        _object(
            employer=_text("Company. 公司"),
            position=_text("Position. 職稱"),
            years=_text("From when to when. 期間"),
        ),
    ),
)
TEMPLATES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "invoice": ("Invoice", "發票", _INVOICE),
    "contract": ("Contract", "契約", _CONTRACT),
    "cv": ("CV", "履歷", _CV),
}


def listed() -> list[dict[str, Any]]:
    """All templates, as the API shows them."""
    return [
        {"id": id, "name": name, "name_zh_hant": chinese, "schema": schema}
        for id, (name, chinese, schema) in TEMPLATES.items()
    ]


def schema_of(id: str) -> dict[str, Any] | None:
    """The schema of a template in plain form."""
    return schemas.prepare(TEMPLATES[id][2]) if id in TEMPLATES else None
