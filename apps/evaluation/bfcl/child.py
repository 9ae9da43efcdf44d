"""The process that runs the benchmark's checkers, which execute what a model wrote: `python -m
apps.evaluation.bfcl.child FOLDER LIMITS`. One request a line comes in, one answer a line goes out.

It holds no secret, no connection and no Django; it has limits on memory and time, no network where the kernel grants
that, and can write no file. Calls of the model are executed only if they are literal.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from apps.evaluation.bfcl import literal
from ingestion.parse.child import OUT_OF_MEMORY, confine

MODEL = "quarry"


def main(folder: str, limits: str) -> None:
    sys.path.insert(0, folder)
    sys.dont_write_bytecode = True
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the simulated services print is no answer
    confine(**json.loads(limits), output=0, parent=os.getppid())
    for line in sys.stdin:
        try:
            answers.write(json.dumps(_answer(json.loads(line)), default=str) + "\n")
            answers.flush()
        except MemoryError:
            os._exit(OUT_OF_MEMORY)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"value": WORK[request.pop("do")](**request)}
    except MemoryError:
        raise
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def check_calls(functions: list[Any], calls: list[Any], answer: list[Any], category: str) -> dict[str, Any]:
    """The published comparison of calls with the right ones."""
    from bfcl.eval_checker.ast_eval.ast_checker import ast_checker

    found: dict[str, Any] = ast_checker(functions, calls, answer, "Python", category, MODEL)
    return found


def execute(calls: list[str], names: list[str], facts: dict[str, Any]) -> list[str]:
    """Carries calls out in the simulated services, whose state stays for the next calls."""
    from bfcl.eval_checker.multi_turn_eval.multi_turn_utils import execute_multi_turn_func_call

    for call in calls:
        literal.check(call, names)
    config, classes, key = facts["initial_config"], facts["involved_classes"], facts["id"]
    long = "long_context" in key
    results: list[str] = execute_multi_turn_func_call(calls, config, classes, MODEL, key, long_context=long)[0]
    return results


def check_turns(turns: list[Any], names: list[str], answer: list[Any], facts: dict[str, Any]) -> dict[str, Any]:
    """The published comparison of what the calls of all turns have done with what the right ones do."""
    from bfcl.eval_checker.multi_turn_eval.multi_turn_checker import multi_turn_checker

    for call in (call for turn in turns for step in turn for call in step):
        literal.check(call, names)
    category = facts["id"].rsplit("_", 1)[0]
    found: dict[str, Any] = multi_turn_checker(turns, answer, facts, category, MODEL)
    return {key: found.get(key) for key in ("valid", "error_type", "error_message")}


WORK: dict[str, Callable[..., Any]] = {"calls": check_calls, "execute": execute, "turns": check_turns}

if __name__ == "__main__":
    main(*sys.argv[1:])
