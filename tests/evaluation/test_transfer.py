"""Evaluations from one installation to another, as a file."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.audit.models import Event
from apps.evaluation import transfer
from apps.evaluation.models import Case, Evaluation
from tests.evaluation.scripted import scripted
from tests.evaluation.test_work import RIGHT, begun, carried_out

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = ("position", "category", "key", "right", "malformed", "calls", "facts", "seconds")


@pytest.fixture
def stopped(administrator: User) -> Evaluation:
    """One of three cases tried."""
    evaluation = begun(administrator)
    with scripted(RIGHT):
        carried_out(administrator, evaluation, most=1)
    return evaluation


def exported(evaluation: Evaluation, folder: Path) -> Path:
    file = folder / "evaluation.jsonl"
    call_command("bench", "export", str(evaluation.pk), str(file))
    return file


def test_an_evaluation_goes_on_elsewhere(administrator: User, stopped: Evaluation, tmp_path: Path) -> None:
    file = exported(stopped, tmp_path)
    cases = list(stopped.cases.values(*FIELDS))
    made_at, pk = stopped.created_at, stopped.pk
    stopped.delete()

    call_command("bench", "import", str(file))
    arrived = Evaluation.objects.get(pk=pk)
    assert list(arrived.cases.values(*FIELDS)) == cases
    assert (arrived.created_at, arrived.options, arrived.status) == (made_at, {"limit": 3}, "stopped")
    assert Event.objects.filter(action="evaluation.import").get().facts["cases"] == 3
    assert exported(arrived, tmp_path).read_text() == file.read_text()
    with scripted("What?"):
        assert carried_out(administrator, arrived) == ("completed", ["office_2", "office_3"])


def test_one_that_is_at_work_arrives_stopped(stopped: Evaluation, tmp_path: Path) -> None:
    Evaluation.objects.filter(pk=stopped.pk).update(status="running")
    file = exported(stopped, tmp_path)
    stopped.delete()
    call_command("bench", "import", str(file))
    assert Evaluation.objects.get().status == "stopped"


def test_one_that_is_here_stays_as_it_is(stopped: Evaluation, tmp_path: Path) -> None:
    file = exported(stopped, tmp_path)
    with pytest.raises(CommandError, match="here already"):
        call_command("bench", "import", str(file))
    assert Case.objects.count() == 3


def test_what_cannot_be_exported_says_why(stopped: Evaluation, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no evaluation"):
        call_command("bench", "export", "00000000-0000-4000-8000-000000000000", str(tmp_path / "file"))
    with pytest.raises(CommandError, match="No such file"):
        exported(stopped, tmp_path / "missing")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [], "Line 1 is no JSON"),
        (lambda lines: ["{}", *lines[1:]], "Line 1 does not say"),
        (lambda lines: ["[]", *lines[1:]], "Line 1 is no JSON object"),
        (lambda lines: lines[:1], "nothing to evaluate"),
        (lambda lines: [*lines, lines[1]], "Line 5 has office_1 a second time"),
        (lambda lines: [*lines[:2], lines[2][:40], lines[3]], "Line 3 is no JSON"),
        (lambda lines: [lines[0], "[" * 100_000], "Line 2 is no JSON"),
        (lambda lines: [lines[0], changed(lines[1], position=-1)], "Line 2: .*0"),
        (lambda lines: [lines[0], changed(lines[1], position=10**12)], "Line 2: .*2147483647"),
        (lambda lines: [lines[0], changed(lines[1], right="perhaps")], "Line 2: .*True"),
        (lambda lines: [lines[0], changed(lines[1], seconds=float("nan"))], "Line 2 is no JSON: NaN"),
        (lambda lines: [lines[0], changed(lines[1], seconds=5).replace("5", "1e999")], "Line 2 is no JSON: 1e999"),
        (lambda lines: [lines[0], changed(lines[1], key="k" * 81)], "Line 2: .*80"),
        (lambda lines: [lines[0], changed(lines[1], calls={})], "Line 2 has another kind of value .* calls"),
        (lambda lines: [lines[0], changed(lines[1], more=1)], "Line 2 lacks .*: more"),
        (lambda lines: [changed(lines[0], benchmark="mine"), lines[1]], "Line 1: .*mine"),
        (lambda lines: [changed(lines[0], id="1"), lines[1]], "Line 1: .*UUID"),
        (lambda lines: [changed(lines[0], options=[]), lines[1]], "Line 1 has another kind of value .* options"),
    ],
)
def test_a_file_that_is_none_stores_nothing(stopped: Evaluation, tmp_path: Path, change, said: str) -> None:  # type: ignore[no-untyped-def]
    file = exported(stopped, tmp_path)
    stopped.delete()
    file.write_text("\n".join(change(file.read_text().splitlines())))
    with pytest.raises(CommandError, match=said):
        call_command("bench", "import", str(file))
    assert not Evaluation.objects.exists()


def test_a_file_of_another_kind_stores_nothing(tmp_path: Path, administrator: User) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    with pytest.raises(CommandError, match="decode"):
        call_command("bench", "import", str(file))
    with pytest.raises(CommandError, match="Is a directory"):
        call_command("bench", "import", str(tmp_path))


def test_what_no_database_holds_is_left_out(stopped: Evaluation, tmp_path: Path) -> None:
    file = exported(stopped, tmp_path)
    stopped.delete()
    head, *cases = file.read_text().splitlines()
    file.write_text("\n".join([head, *(changed(each, facts={"text": "a\x00\ud800b"}) for each in cases)]))
    call_command("bench", "import", str(file))
    assert Case.objects.filter(facts={"text": "a?b"}).count() == 3


def changed(line: str, **facts: object) -> str:
    return json.dumps(json.loads(line) | facts)


def test_the_format_names_every_field() -> None:
    """A field that is added to the rows is added to the file, or is left out on purpose."""
    own = {"id", "evaluation", "started_by", "lease_owner", "lease_until", "attempts"}
    assert {each.name for each in Evaluation._meta.fields} - own | {"id"} == set(transfer.EVALUATION)
    assert {each.name for each in Case._meta.fields} - own == set(transfer.CASE)
