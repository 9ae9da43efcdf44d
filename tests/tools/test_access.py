"""Which hosts a tool may call in our own network, however they are written."""

import pytest

from agents.tools import access, fields
from agents.tools.models import Tool
from agents.tools.sql import connection


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("erp.example.com:443", "https://ERP.example.com./x"),
        ("[::1]:8080", "http://[::1]:8080/x"),
        ("[FD00::5]:443", "https://[fd00::5]"),
        ("人事.example:443", "https://人事.example/x"),
        ("my_host:80", "http://my_host/x"),
    ],
)
def test_what_an_administrator_allows_is_allowed(allowed: str, url: str) -> None:
    tool = Tool(egress=fields.egress([allowed]))
    assert access.policy(tool, url).allow_private
    assert not access.policy(tool, "http://other.example:1").allow_private


def test_a_database_has_such_addresses_too() -> None:
    tool = Tool(config={"host": "fd00::5", "port": 5432}, egress=fields.egress(["[FD00::5]:5432"]))
    assert connection.private(tool)
    tool.config = {"host": "fd00::5", "port": 5433}
    assert not connection.private(tool)
