"""`manage.py bench bfcl|office`: measures how well a model calls tools, here, in this process; `bench export|import`
carry what was measured from one installation to another."""

import platform
import signal
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser
from quarry import runtime
from quarry.runtime import RuntimeFault, machine
from quarry.runtime import settings as runtime_settings
from quarry.runtime.remote import PREFIX

from apps.accounts.command import PersonCommand
from apps.accounts.models import User
from apps.evaluation import actions, bfcl, selectors, transfer, work
from apps.evaluation.management.database import database
from apps.evaluation.models import Case, Evaluation

HEADINGS = f"{'category':<26}{'right':>12}{'malformed':>11}{'s a task':>10}"


class Command(PersonCommand):
    help = "Measures tool calls: BFCL v3, or our own set. Ctrl-C stops; --resume goes on. No worker is needed."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        what = parser.add_subparsers(dest="what", required=True, metavar="BENCHMARK", parser_class=ArgumentParser)
        office = what.add_parser("office", help="100 requests of office life, English and Chinese, 10 tools")
        leaderboard = what.add_parser("bfcl", help="the Berkeley Function-Calling Leaderboard, version 3")
        office.add_argument("--more", action="store_true", help="100 others, in which the harness had no part")
        for each in (office, leaderboard):
            each.add_argument("--model", metavar="ID", help="of the catalogue and installed, or endpoint/NAME")
            each.add_argument("--plain", action="store_true", help="the model alone, without our harness")
            each.add_argument("--resume", type=UUID, metavar="EVALUATION", help="goes on with one, as it was begun")
            each.add_argument("--limit", type=int, metavar="N", help="so many tasks of each category; all without it")
        leaderboard.add_argument("--limit-turns", type=int, metavar="N", help="of those of several turns (--limit)")
        leaderboard.add_argument("--seed", type=int, default=1, help="draws the tasks (%(default)s)")
        leaderboard.add_argument("--categories", nargs="+", choices=bfcl.CATEGORIES, default=list(bfcl.CATEGORIES))
        leaving = what.add_parser("export", help="writes an evaluation to a file")
        leaving.add_argument("evaluation", type=UUID)
        arriving = what.add_parser("import", help="takes in an evaluation from a file; --resume may go on with it")
        for each in (leaving, arriving):
            each.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with database():
            actor = self.person(options["email"])
            if options["what"] == "export":
                return self._export(options["evaluation"], options["file"])
            if options["what"] == "import":
                return self._import(actor, options["file"])
            evaluation = self._begin(actor, options)
            try:
                self._carry_out(actor, evaluation)
            except RuntimeFault as fault:
                raise CommandError(str(fault)) from fault

    def _begin(self, actor: User, options: dict[str, Any]) -> Evaluation:
        if options["resume"]:
            evaluation = _found(options["resume"])
            if _load(evaluation.model).sha256 != evaluation.model_sha256:
                raise CommandError(f"{evaluation.model} is another file here than the one that was measured so far.")
            return actions.take_up(actor, str(evaluation.pk))
        info = _load(options["model"])
        drawn_by = _drawn_by(options)
        facts = {
            "benchmark": options["what"],
            "model": info.id,
            "model_sha256": info.sha256,
            "harness": not options["plain"],
            "options": drawn_by,
            "machine": _machine(),
        }
        made = actions.begin(actor, facts, work.BENCHMARKS[options["what"]]().draw(drawn_by))
        return actions.take_up(actor, str(made.pk))

    def _export(self, evaluation_id: UUID, file: Path) -> None:
        evaluation = _found(evaluation_id)
        try:
            file.write_text("".join(transfer.written(evaluation)), encoding="utf-8")
        except OSError as fault:
            raise CommandError(str(fault)) from None
        self.stdout.write(f"{evaluation}, {evaluation.cases.count()} tasks: {file}")

    def _import(self, actor: User, file: Path) -> None:
        try:
            with file.open(encoding="utf-8") as lines:
                evaluation = actions.take_in(actor, *transfer.read(lines))
        except (OSError, UnicodeDecodeError, transfer.Unreadable) as fault:
            raise CommandError(f"{file}: {fault}") from None
        self.stdout.write(f"{evaluation}, {evaluation.cases.count()} tasks: {evaluation.pk}")
        self._table(evaluation)

    def _carry_out(self, actor: User, evaluation: Evaluation) -> None:
        total, stop = evaluation.cases.count(), Stop()
        how = "with the harness" if evaluation.harness else "plain"
        self.stdout.write(f"{evaluation} {how}, {total} tasks: {evaluation.pk}")

        def tell(case: Case) -> None:
            self.stdout.write(f"[{case.position}/{total}] {_line(case)}")
            self.stdout.flush()

        status = work.carry_out(actor, evaluation, stop, tell)
        self._table(evaluation)
        if status == Evaluation.Status.STOPPED:
            raise CommandError(f"Stopped. Go on: manage.py bench {evaluation.benchmark} --resume {evaluation.pk}")

    def _table(self, evaluation: Evaluation) -> None:
        rows = selectors.categories(evaluation)
        self.stdout.write("\n" + HEADINGS)
        for row in rows:
            counted = f"{row['right']} of {row['done']}"
            self.stdout.write(f"{row['name']:<26}{counted:>12}{row['malformed']:>11}{row['seconds'] or 0:>10.1f}")
        score = selectors.score(evaluation, rows)
        if score is not None:
            self.stdout.write(f"\nscore: {score:.2f}")


def _found(evaluation_id: UUID) -> Evaluation:
    evaluation = Evaluation.objects.filter(pk=evaluation_id).first()
    if evaluation is None:
        raise CommandError(f"There is no evaluation {evaluation_id}.")
    return evaluation


class Stop:
    """Whether Ctrl-C or SIGTERM came. A second one ends the process at once."""

    def __init__(self) -> None:
        self._asked = False
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self._ask)

    def __call__(self) -> bool:
        return self._asked

    def _ask(self, number: int, frame: object) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True


def _load(model: str | None) -> runtime.ModelInfo:
    """The model in this process, with the embedder beside it: there may be no workers."""
    machine.share_cores()
    current, remote = runtime_settings.current(), bool(model and model.startswith(PREFIX))
    runtime_settings.configure(replace(current, model=None if remote else model or current.model, embed_via=None))
    try:
        return _remote(model) if remote and model else runtime.load()
    except RuntimeFault as fault:
        raise CommandError(str(fault)) from fault


def _remote(name: str) -> runtime.ModelInfo:
    found = next((each for each in runtime_settings.current().endpoints() if each.name == name), None)
    if found is None:
        raise CommandError(f"There is no {name}, or it is switched off.")
    return found.info


def _drawn_by(options: dict[str, Any]) -> dict[str, Any]:
    if options["what"] == Evaluation.Benchmark.OFFICE:
        return {name: options[name] for name in ("limit", "more")}
    turns = options["limit_turns"] if options["limit_turns"] is not None else options["limit"]
    return {name: options[name] for name in ("categories", "limit", "seed")} | {"limit_turns": turns}


def _machine() -> str:
    return f"{machine.cores()} cores, {machine.total_memory() / 2**30:.0f} GiB, {_processor()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _line(case: Case) -> str:
    mark = "right" if case.right else "WRONG"
    wrong = "" if case.right else f"  {case.facts.get('why') or ''}"[:160]
    return f"{mark} {case.key} ({case.seconds:.1f} s){wrong}"
