"""`manage.py models ...`: the models of this installation, as the administration's page shows and changes them."""

import getpass
import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from quarry.embedded.terminal import say
from quarry.management.commands.setup import Meter
from quarry.runtime import InvalidRequest, catalogue, oms

from apps.accounts.command import PersonCommand
from apps.accounts.models import User
from apps.library import actions, selectors, work
from apps.library.api.serializers import JobSerializer
from apps.library.management.tables import state, table
from apps.library.models import Job

HEADINGS = ("id", "use", "state", "signature", "file", "memory", "licence")


class Command(PersonCommand):
    help = "Lists, downloads, verifies, adds, removes, signs, exports and imports models. Exit code 1 if it fails."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="for programs: one JSON document on standard output")
        what = parser.add_subparsers(dest="what", required=True, metavar="COMMAND", parser_class=ArgumentParser)
        what.add_parser("list", help="every model: what is here, what fits, who signed it")
        for name, words in {"pull": "downloads and verifies a model", "remove": "deletes a model's files"}.items():
            what.add_parser(name, help=words).add_argument("id")
        what.add_parser("use", help="the chat model from the next start of the workers on").add_argument("id")
        what.add_parser("verify", help="reads every byte again; all models without ID").add_argument("id", nargs="?")
        self._add(what.add_parser("add", help="takes in a GGUF file of your own"))
        sign = what.add_parser("sign", help="signs a model with your own key")
        sign.add_argument("id")
        export = what.add_parser("export", help="writes models into one file for a machine without a network")
        export.add_argument("id", nargs="+")
        export.add_argument("--to", required=True, type=Path, metavar="BUNDLE")
        for parser_, required in ((sign, True), (export, False)):
            parser_.add_argument("--key", required=required, type=Path, help="the private key, PEM")
        what.add_parser("import", help="takes in such a file").add_argument("bundle", type=Path)

    def _add(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--id", help="small letters, digits, dots, hyphens; the file's name without one")
        parser.add_argument("--name", help="for people; the id without one")
        parser.add_argument("--licence", required=True)
        parser.add_argument("--kind", default="chat", choices=["chat", "guardian"])

    def handle(self, *args: Any, **options: Any) -> None:
        self.json = options["json"]
        actor = self.person(options["email"])
        handlers: dict[str, Callable[[User, dict[str, Any]], Any]] = {
            "list": self._list,
            "pull": lambda a, o: self._work(actions.pull(a, o["id"], send=False)),
            "verify": self._verify,
            "add": self._take_in,
            "remove": lambda a, o: actions.remove(a, o["id"]) or {"removed": o["id"]},
            "use": lambda a, o: {"chosen": actions.use(a, o["id"]).id},
            "sign": lambda a, o: {"signed": o["id"], "key": actions.sign(a, o["id"], _key(o["key"]))},
            "export": self._export,
            "import": self._import,
        }
        result = handlers[options["what"]](actor, options)
        if self.json:
            self.stdout.write(json.dumps(result, indent=1, default=str))
        elif options["what"] in ("remove", "use", "sign"):
            say(", ".join(f"{key}: {value}" for key, value in result.items()), "good")

    def _list(self, actor: User, options: dict[str, Any]) -> Any:
        entries = selectors.listing(actor)
        if not self.json:
            rows = [
                [e["id"], e["kind"], state(e), e["signature"], e["size_bytes"], e["memory_bytes"], e["licence"]]
                for e in entries
            ]
            self.stdout.write(table(HEADINGS, rows))
        return entries

    def _verify(self, actor: User, options: dict[str, Any]) -> Any:
        store = selectors.store()
        ids = [options["id"]] if options["id"] else [m.id for m in catalogue.models() if store.installed(m)]
        jobs = [self._work(actions.verify(actor, each, send=False), fail=False) for each in ids]
        if failed := [job["model"] for job in jobs if job["status"] != Job.Status.COMPLETED]:
            if self.json:
                self.stdout.write(json.dumps(jobs, indent=1, default=str))
            raise CommandError(f"Not verified: {', '.join(failed)}.")
        return jobs

    def _take_in(self, actor: User, options: dict[str, Any]) -> Any:
        path: Path = options["file"].absolute()
        name = options["id"] or path.stem.lower()
        facts = {"id": name, "name": options["name"] or name, "licence": options["licence"], "kind": options["kind"]}
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        return self._work(actions.add(actor, facts, path))

    def _export(self, actor: User, options: dict[str, Any]) -> Any:
        key = _key(options["key"]) if options["key"] else None
        actions.export(actor, options["id"], options["to"], key, self._meter("writing"))
        self._tell(f"{options['to']} holds {', '.join(options['id'])}{'' if key else ', not signed'}")
        return {"bundle": str(options["to"]), "models": options["id"], "signed": key is not None}

    def _import(self, actor: User, options: dict[str, Any]) -> Any:
        models = actions.import_bundle(actor, options["bundle"], self._meter("reading"))
        for model in models:
            self._tell(f"{model.name} is here and verified")
        return {"models": [model.id for model in models]}

    def _work(self, job: Job, fail: bool = True) -> Any:
        """Does the job here, with its progress; Ctrl-C cancels it."""
        try:
            ended = work.run(job.pk, self._meter(f"{job.kind} {job.model}"))
        except KeyboardInterrupt:
            raise CommandError("Interrupted. What was downloaded stays for the next attempt.") from None
        if ended.status == Job.Status.RUNNING:
            raise CommandError("A worker is doing this already; the page Models shows how far it is.")
        if ended.status == Job.Status.COMPLETED:
            self._tell(f"{ended.model}: {ended.kind} done")
        elif fail:
            raise CommandError(ended.error or f"{ended.model}: the {ended.kind} was cancelled.")
        elif not self.json:
            say(f"{ended.model}: {ended.error}", "bad")
        return JobSerializer(ended).data

    def _meter(self, what: str) -> Meter | None:
        return None if self.json else Meter(what)

    def _tell(self, sentence: str) -> None:
        if not self.json:
            say(sentence, "good")


def _key(path: Path) -> oms.PrivateKey:
    """The key in the file; its password is asked for where it has one."""
    try:
        text = path.read_bytes()
        password = getpass.getpass("Password of the key: ").encode() if b"ENCRYPTED" in text else None
        return oms.private_key(text, password)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror or error}.") from error
    except InvalidRequest as error:
        raise CommandError(str(error)) from error
