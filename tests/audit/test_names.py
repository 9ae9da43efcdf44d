"""Whatever is recorded has a name that the audit page can show."""

import json
import re
from pathlib import Path

from agents.models import Run

# `record(actor, "document.upload", ...`, `LOADED = "samples.load"`: a noun and a verb in a string of their own.
# `EVENTS = {"pull": "model.pull", ...}`: the events of one kind of work, whichever it is.
TABLES = re.compile(r"^(?:EVENTS|DONE|FAILED) = \{(.*?)\}", re.MULTILINE | re.DOTALL)
RECORDED = re.compile(r'(?:record\(\s*[\w.() ]+,|LOADED =)\s*"([a-z_]+\.[a-z_]+)"')
OF_RUNS = re.compile(r'record\(\s*[\w.() ]+, f"{run\.kind}\.([a-z_]+)"')


def recorded(repository: Path) -> set[str]:
    paths = (path for room in ("apps", "agents", "ingestion") for path in (repository / room).rglob("*.py"))
    sources = [path.read_text(encoding="utf-8") for path in paths]
    tables = " ".join(table for source in sources for table in TABLES.findall(source))
    of_runs = {f"{kind}.{verb}" for source in sources for verb in OF_RUNS.findall(source) for kind in Run.Kind.values}
    single = {action for source in sources for action in RECORDED.findall(source)}
    return of_runs | single | set(re.findall(r'"([a-z_]+\.[a-z_]+)"', tables))


def test_every_recorded_action_has_a_name_on_the_page(repository: Path) -> None:
    phrases = json.loads((repository / "frontend/src/i18n/en.json").read_text(encoding="utf-8"))
    named = {f"{noun}.{verb}" for noun, verbs in phrases["audit"]["actions"].items() for verb in verbs}
    found = recorded(repository)
    assert len(found) > 25
    assert found == named
