"""Makes everything that `make run`, `make test`, `make lint` and `make bench` need; what is there already is kept.

    python3 infra/setup run|test|lint     (the Makefile calls it; only the standard library is needed)

Every step has a stamp of its inputs, so that a second call takes a moment.
"""

import signal
import sys
from collections.abc import Callable

import browser
import checks
import environment
import frontend
import models
import native
from work import Job, Trouble, say, together


def for_run(dev: bool = False) -> None:
    """Everything that `manage.py up` needs."""
    environment.prepare(dev=dev)
    together([*native.jobs(), *frontend.jobs(), *models.jobs()])


def for_bench() -> None:
    """The same, and the tools: benchmarks drive the product as the tests do."""
    for_run(dev=True)


def for_test() -> None:
    """The same, the tools, and a browser; the starter model is enough."""
    environment.prepare(dev=True)
    browser.prepare()
    together([*native.jobs(), *frontend.jobs(), *models.jobs(starter=True)])


def for_lint() -> None:
    environment.prepare(dev=True)
    jobs: list[Job] = frontend.jobs()
    together(jobs)


def test() -> None:
    for_test()
    checks.run([*checks.linters(), *checks.tests()])


def lint() -> None:
    for_lint()
    checks.run(checks.linters())


TARGETS: dict[str, Callable[[], None]] = {
    "run": for_run,
    "setup": for_run,
    "bench": for_bench,
    "test": test,
    "lint": lint,
}


def main() -> int:
    target = sys.argv[1] if len(sys.argv) == 2 else ""
    if target not in TARGETS:
        say(f"usage: python3 infra/setup {'|'.join(TARGETS)}")
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        TARGETS[target]()
    except Trouble as trouble:
        say(f"✗ {trouble}")
        return 1
    except KeyboardInterrupt:
        say("\nstopped; the next start goes on from here")
        return 130
    return 0


sys.exit(main())
