"""From arguments to the bytes of a request, and that no argument leaves its place."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from quarry import egress

from agents.tools.access import Credentials
from agents.tools.openapi import sending
from agents.tools.openapi.request import Prepared
from agents.tools.types import ToolError
from tests.runtime.remote.serving import Served, Talk, serving
from tests.tools.openapi.offering import offered, offers, one, prepared

SHOP = "https://shop.example"
LEAST: dict[str, Any] = {"id": [3, 4], "label": ["a", "b"], "matrix": {"r": 1}}


def url_of(name: str, operation: str, **arguments: Any) -> str:
    return prepared(offers(name)[operation], **arguments).url


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        ({}, ""),
        ({"many": ["x", "y z"]}, "many=x&many=y%20z"),
        ({"many": []}, ""),
        ({"joined": ["x", "y,z"]}, "joined=x,y%2Cz"),
        ({"spaced": ["x", "y"]}, "spaced=x%20y"),
        ({"piped": ["x", "y"]}, "piped=x%7Cy"),
        ({"filter": {"a": "1", "b": {"c": [2]}}}, "filter%5Ba%5D=1&filter%5Bb%5D%5Bc%5D%5B%5D=2"),
        ({"filter": {"b": {"c": [{"d": 3}]}}}, "filter%5Bb%5D%5Bc%5D%5B0%5D%5Bd%5D=3"),
        ({"loose": {"k": "v", "l": "&m=n"}}, "k=v&l=%26m%3Dn"),
        ({"flat": {"R": 100, "G": 200}}, "flat=R,100,G,200"),
        ({"where": {"a": "中"}}, "where=%7B%22a%22%3A%20%22%E4%B8%AD%22%7D"),
        ({"free": "a/b?c&d#e f"}, "free=a/b?c%26d%23e%20f"),
        ({"flag": True}, "flag=true"),
        ({"flag": False}, "flag=false"),
    ],
)  # fmt: skip
def test_the_styles_of_a_query(arguments: dict[str, Any], query: str) -> None:
    made = prepared(offers("shop.yaml", SHOP)["everyStyle"], **LEAST, **arguments)
    assert made.url == f"{SHOP}/shop/items/3,4/.a.b/;r=1" + (f"?{query}" if query else "")


def test_headers_and_cookies() -> None:
    made = prepared(offers("shop.yaml", SHOP)["everyStyle"], **LEAST, **{"X-Ids": [1, 2], "basket": "a b;c"})
    assert made.headers["X-Ids"] == b"1,2"
    assert made.headers["Cookie"] == b"basket=a%20b%3Bc"


def test_a_query_of_version_two() -> None:
    made = url_of(
        "weather.yaml", "get_v1_rest_datastore_F-C0032-001", locationName=["臺北市", "高雄市"], elementName=["T", "W"]
    )
    assert dict(parse_qsl(urlsplit(made).query))["locationName"] == "臺北市,高雄市"
    assert made.endswith("&elementName=T&elementName=W")


def test_odd_names_come_back_as_they_were() -> None:
    assert url_of("calls.yaml", "ListCall", StartTime_before="2026-01-01T00:00:00Z").endswith(
        "?StartTime%3C=2026-01-01T00%3A00%3A00Z"
    )
    assert url_of("exchange.yaml", "get_opendata_公司基本資料", 公司代號="2330") == (
        "https://exchange.example/v1/opendata/%E5%85%AC%E5%8F%B8%E5%9F%BA%E6%9C%AC%E8%B3%87%E6%96%99"
        "?%E5%85%AC%E5%8F%B8%E4%BB%A3%E8%99%9F=2330"
    )


def test_paths_with_something_behind_a_blank_and_with_several_segments() -> None:
    assert url_of("calls.yaml", "UpdateCall", AccountSid="AC1", Sid="CA 2").endswith("/Accounts/AC1/Calls/CA%202.json")
    assert url_of("code.yaml", "repos.get-content", owner="o", path="src/a b/中.py").endswith(
        "/contents/src/a%20b/%E4%B8%AD.py"
    )
    assert url_of("code.yaml", "overloaded") == "http://code.example/api/v3/overloaded"


def test_what_is_fixed_is_sent() -> None:
    made = prepared(offers("notices.json")["endpoint-list"])
    assert made.url == "https://where.example/ocs/v2.php/apps/notices/api/v2/notices"
    assert made.headers["OCS-APIRequest"] == b"true"


# -- bodies


def body_of(made: Prepared) -> bytes:
    assert made.content is not None
    return made.content


def test_a_json_body_keeps_null_and_what_is_not_said_is_not_sent() -> None:
    made = prepared(offers("voices.json")["create_channel"], guild_id="1", name="general", topic=None)
    assert json.loads(body_of(made)) == {"name": "general", "topic": None}
    assert made.headers["Content-Type"] == b"application/json"


def test_a_json_body_of_which_no_field_is_given_is_an_empty_object() -> None:
    facts = one({})
    schema = {"type": "object", "properties": {"limit": {"type": "integer"}}}
    facts["paths"]["/do"] = {
        "post": {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
    }
    made = prepared(offered(facts).offers[0])
    assert (body_of(made), made.headers["Content-Type"]) == (b"{}", b"application/json")
    facts["paths"]["/do"] = {"post": {"responses": {}}}
    assert prepared(offered(facts).offers[0]).content is None


def test_a_field_named_like_a_parameter_goes_to_the_body() -> None:
    made = prepared(offers("code.yaml")["issues.update"], owner="old", issue_number=7, owner_body="new")
    assert made.url.endswith("/repos/old/issues/7")
    assert json.loads(body_of(made)) == {"owner": "new"}


def test_forms() -> None:
    card = {"number": "42", "lines": [{"price": 1}, {"price": 2}]}
    made = prepared(
        offers("payments.yaml")["PostCharges"],
        amount=100,
        card=card,
        metadata={"a&b": "c d"},
        destination={"account": "x"},
    )
    assert parse_qsl(body_of(made).decode()) == [
        ("amount", "100"),
        ("card[number]", "42"),
        ("card[lines][0][price]", "1"),
        ("card[lines][1][price]", "2"),
        ("metadata[a&b]", "c d"),
        ("destination", '{"account": "x"}'),
    ]
    assert made.headers["Content-Type"] == b"application/x-www-form-urlencoded"
    made = prepared(offers("calls.yaml")["UpdateCall"], AccountSid="1", Sid="2", StatusCallbackEvent=["a", "b"])
    assert body_of(made) == b"StatusCallbackEvent=a&StatusCallbackEvent=b"


def test_text() -> None:
    made = prepared(offers("code.yaml")["markdown.render-raw"], body="# 標題")
    assert (body_of(made).decode(), made.headers["Content-Type"]) == ("# 標題", b"text/plain")


def test_a_body_that_is_one_value() -> None:
    facts = one({})
    content = {"application/merge-patch+json": {"schema": {"type": "array", "items": {}}}}
    facts["paths"]["/do"]["post"]["requestBody"] = {"required": True, "content": content}
    made = prepared(offered(facts).offers[0], body=[1, {"a": "b"}])
    assert json.loads(body_of(made)) == [1, {"a": "b"}]
    assert made.headers["Content-Type"] == b"application/merge-patch+json"


# -- what an argument cannot do

UPWARDS = (
    *(
        "..",
        ".",
        "../admin",
        "a/../b",
        "a/b",
        "/etc",
        "\\",
        "..\\x",
        "%2e%2e",
        "..%2fx",
        "%2F",
        "%5c",
        "%252f",
        "a%00b",
    ),
    *("", " ", " .. ", "．．", "a／b", "⁄".replace("⁄", "／"), "\r\nX: y", "a\nb", "a\x00b", "a\x7fb"),
)


@pytest.mark.parametrize("value", UPWARDS)
def test_a_value_stays_in_its_segment(value: str) -> None:
    with pytest.raises(ToolError, match="The call was not made: “charge” is part of an address"):
        url_of("payments.yaml", "PostChargesChargeCapture", charge=value)


@pytest.mark.parametrize("value", ["../x", "a/../../b", "a//b", "/etc", "a/./b", "a/%2e%2e/b", "a\\..\\b", "x\r\n"])
def test_several_segments_do_not_lead_upwards(value: str) -> None:
    with pytest.raises(ToolError, match="The call was not made: “path” is part of an address"):
        url_of("code.yaml", "repos.get-content", owner="o", path=value)


def test_two_values_do_not_make_a_way_upwards_together() -> None:
    facts = one({}) | {"paths": {"/x/{a}{b}/y": {"get": {}}}}
    with pytest.raises(ToolError, match=r"“\.” or “\.\.”"):
        prepared(offered(facts).offers[0], a=".", b=".")
    facts = one({}) | {"paths": {"/x/.{a}/y": {"get": {}}}}
    with pytest.raises(ToolError, match=r"“\.” or “\.\.”"):
        prepared(offered(facts).offers[0], a=".")


@pytest.mark.parametrize(
    "value", ["a?b=c", "a#b", "a;b=c", "a&b", "@evil.example", ":80", "a b", "中", "100%", "a+b", "{x}", "a@b:c"]
)
def test_what_divides_an_address_is_encoded(value: str) -> None:
    made = httpx.URL(url_of("payments.yaml", "PostChargesChargeCapture", charge=value))
    assert made.host == "payments.example"
    assert made.path == f"/v1/charges/{value}/capture"
    assert not made.query
    assert not made.fragment


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\x00b", "\r"])
def test_a_header_is_one_line(value: str) -> None:
    with pytest.raises(ToolError, match="“Accept-Language” is a header"):
        prepared(offers("voices.json")["list_channels"], guild_id="1", **{"Accept-Language": f"x{value}y"})


@pytest.mark.parametrize("value", ["a&admin=1", "a=b", "a#b", "a\r\nX: y", "a;b", "a+b %26", "\x00"])
def test_a_value_stays_in_its_field(value: str) -> None:
    made = url_of("exchange.yaml", "get_opendata_公司基本資料", 公司代號=value)
    assert parse_qsl(urlsplit(made).query) == [("公司代號", value)]
    assert "\r" not in made
    form = prepared(offers("payments.yaml")["PostCharges"], amount=value).content or b""
    assert parse_qsl(form.decode()) == [("amount", value)]


KEYS = [
    Credentials(headers={"Authorization": "Bearer real"}),
    Credentials(headers={"X-Shop-Key": "real"}),
    Credentials(headers={"Cookie": "basket=real"}),
    Credentials(query={"api_key": "re&al"}),
]


@pytest.mark.parametrize("credentials", KEYS)
def test_no_argument_takes_the_place_of_the_key(credentials: Credentials) -> None:
    """Wherever a document has a place of the key's name, in any spelling that a server may take for it."""
    names = ("X-Shop-Key", "x_shop_key", "X-SHOP-KEY")
    parameters = [
        *({"name": name, "in": "header", "schema": {"type": "string"}} for name in names),
        {"name": "basket", "in": "cookie", "schema": {"type": "string"}},
        {"name": "api_keys", "in": "query", "schema": {"type": "object", "additionalProperties": {"type": "string"}}},
    ]
    facts = one({}) | {"paths": {"/x?api_key=fixed": {"get": {"operationId": "x", "parameters": parameters}}}}
    offer = offered(facts).offers[0]
    given = dict.fromkeys(offer.parameters["properties"], "evil") | {"api_keys": {"api_key": "evil", "API_KEY": "evil"}}
    made = prepared(offer, credentials, **given)
    for name, value in credentials.headers.items():
        said = [text for key, text in made.headers.items() if key.lower().replace("_", "-") == name.lower()]
        assert said == [value.encode()]
    if credentials.query:
        pairs = [pair for pair in parse_qsl(urlsplit(made.url).query) if pair[0].lower() == "api_key"]
        assert pairs == [("api_key", "re&al")]


def test_a_cookie_stands_beside_the_key() -> None:
    made = prepared(
        offers("shop.yaml", SHOP)["everyStyle"], Credentials(headers={"Cookie": "session=s"}), **LEAST, basket="b"
    )
    assert made.headers["Cookie"] == b"basket=b; session=s"


def test_what_is_too_long_is_not_sent() -> None:
    with pytest.raises(ToolError, match="too long for an address"):
        url_of("exchange.yaml", "get_opendata_公司基本資料", 公司代號="x" * 9000)
    with pytest.raises(ToolError, match="too long"):
        prepared(offers("code.yaml")["markdown.render-raw"], body="x" * 3_000_000)


# -- on the wire


@pytest.fixture
def echo() -> Any:
    with serving(lambda talk: talk.reply(200, {})) as served:
        yield served


def sent(served: Served, made: Prepared) -> Talk:
    policy = egress.Policy(frozenset({egress.origin(served.url)}), allow_private=True)
    sending.send(made, policy, sending.Watch(float("inf"), lambda: False))
    return served.last


def test_httpx_changes_nothing(echo: Served) -> None:
    offer = offers("shop.yaml", echo.url)["everyStyle"]
    made = prepared(offer, **LEAST, many=["a b", "c+d", "%41", "中"], free="x/y:z")
    talk = sent(echo, made)
    assert talk.handler.path == made.url.removeprefix(echo.url)
    assert talk.query == {"many": ["a b", "c+d", "%41", "中"], "free": ["x/y:z"]}


def test_parts_on_the_wire(echo: Served) -> None:
    offer = offers("files.yaml", echo.url)["post_notes"]
    made = prepared(offer, attributes={"name": "筆記"}, file="一行\n二行", tags=["a", "b"])
    talk = sent(echo, made)
    assert talk.headers["content-type"].startswith("multipart/form-data; boundary=")
    text = talk.body.decode()
    assert 'name="file"; filename="file.txt"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n一行\n二行\r\n' in text
    assert 'name="attributes"\r\nContent-Type: application/json\r\n\r\n{"name":"筆記"}\r\n' in text
    assert text.count('name="tags"') == 2
