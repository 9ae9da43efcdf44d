"""Servers that are programs, in their sandbox where bubblewrap works, and without one."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from quarry.api import Problem

from agents.tools.mcp import sandbox
from agents.tools.models import Tool
from tests.tools.mcp.conftest import Call

pytestmark = pytest.mark.django_db(transaction=True)
boxed = pytest.mark.skipif(not sandbox.works(), reason="bubblewrap does not work here")
Ours = Callable[..., Tool]


@pytest.fixture
def port() -> Iterator[int]:
    """Of something on this machine that listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@boxed
@pytest.mark.parametrize("network", [True, False])
def test_in_its_sandbox_it_sees_changes_and_reaches_nothing_of_ours(
    ours: Ours, call: Call, settings: Any, port: int, network: bool
) -> None:
    home = Path(settings.QUARRY_HOME)
    (home / "secret_key").write_text("the-keys-of-the-house")
    tool = ours(sandbox=True, network=network, PLAIN="x")
    outside = Path(__file__).with_name("written_by_a_program")
    seen = call(tool, "around", folder=str(home), outside=str(outside), port=port).data
    assert (seen["seen"], seen["connected"]) == (["mcp"], network)
    assert seen["processes"] < 6
    assert not outside.exists()
    assert call(tool, "environment").data["HOME"] == str(home / "mcp" / str(tool.pk))
    assert call(tool, "limits").data["data"] == str(1024 * 1024)


@boxed
def test_it_ends_with_its_sandbox_and_what_it_wrote_stays_in_its_folder(ours: Ours, call: Call, settings: Any) -> None:
    tool = ours(sandbox=True)
    inside = Path(settings.QUARRY_HOME) / "mcp" / str(tool.pk) / "kept"
    call(tool, "around", folder="/", outside=str(inside), port=1)
    assert inside.exists()


def test_without_bubblewrap_it_runs_all_the_same_but_not_off_the_network(
    ours: Ours, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "bubblewrap", lambda: None)
    monkeypatch.setattr(sandbox, "works", sandbox.works.__wrapped__)
    tool = ours(sandbox=True)
    assert call(tool, "add", a=1, b=1).data == {"result": 2}
    with pytest.raises(Problem) as problem:
        ours(slug="other", sandbox=True, network=False)
    assert "Only a sandbox" in str(problem.value.errors)
