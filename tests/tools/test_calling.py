"""One call: as of now, within bounds, on record, and without a secret in anything that is read afterwards."""

import base64
import json
import logging
import math
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from quarry import secrets, valkey
from quarry.api import Problem

from agents.models import Run
from agents.tools import calling, registry
from agents.tools.models import Operation, Tool
from agents.tools.types import Context, Function, Result, ToolError
from apps.accounts.models import Group, User
from apps.audit.models import Event
from tests.tools.conftest import context

Made = Callable[..., Function]
SECRET = "sk-very-secret-0123456789"


def echo(context: Context, arguments: Any) -> Result:
    return Result(f"You said {arguments.get('text', '')}", {"said": arguments.get("text", "")})


def tool_of(function: Function) -> Tool:
    return Operation.objects.get(pk=function.operation).tool


def refused(function: Function, person: User, arguments: Any = None) -> str:
    with pytest.raises(ToolError) as told:
        calling.call(function, context(person), arguments or {})
    return str(told.value)


def test_a_call_is_answered_and_recorded(made: Made, employee: User) -> None:
    function, run = made(echo), Run.objects.create(person=employee)
    result = calling.call(function, context(employee, run), {"text": "hello", "password": "hunter22"})
    assert (result.text, result.data) == ("You said hello", {"said": "hello"})
    event = Event.objects.get(action="tool.call")
    assert (event.actor_id, event.object_label) == (employee.pk, function.name)
    assert event.facts["arguments"] == {"text": "hello", "password": "•••"}
    assert (event.facts["status"], event.facts["run"], event.facts["size"]) == ("completed", str(run.pk), 14)
    assert len(event.facts["arguments_sha256"]) == 64
    assert "hunter22" not in json.dumps(event.facts)


def test_long_arguments_are_recorded_by_their_beginning(made: Made, employee: User) -> None:
    calling.call(made(echo), context(employee), {"text": "x" * 5000, "list": list(range(100))})
    facts = Event.objects.get(action="tool.call").facts
    assert len(facts["arguments"]["text"]) < 250
    assert len(facts["arguments"]["list"]) == 20
    assert facts["arguments_size"] > 5000


def test_permission_is_asked_at_each_call(made: Made, employee: User) -> None:
    function = made(echo)
    tool, row = tool_of(function), Operation.objects.get(pk=function.operation)
    calling.call(function, context(employee), {})
    group = Group.objects.create(name="Few")
    tool.groups.add(group)
    Tool.objects.filter(pk=tool.pk).update(restricted=True)
    assert "not available" in refused(function, employee)
    group.members.add(employee)
    calling.call(function, context(employee), {})
    for rows, change in ((Tool.objects.filter(pk=tool.pk), {}), (Operation.objects.filter(pk=row.pk), {})):
        rows.update(enabled=False, **change)
        assert "not available" in refused(function, employee)
        rows.update(enabled=True)
    User.objects.filter(pk=employee.pk).update(is_active=False)
    assert "not available" in refused(function, employee)
    User.objects.filter(pk=employee.pk).update(is_active=True)
    row.delete()
    assert "not available" in refused(function, employee)


def test_arguments_are_checked_before_anything_is_done(made: Made, employee: User) -> None:
    done: list[Any] = []
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    function = made(lambda c, a: done.append(a), parameters=schema, calls_per_minute=1)
    assert "“n” is missing" in refused(function, employee)
    assert "must be integer" in refused(function, employee, {"n": "many"})
    assert done == []
    assert not valkey.client().exists(f"tools:rate:{tool_of(function).pk}:{employee.pk}")


def test_what_goes_wrong_inside_is_logged_and_not_told(
    made: Made, employee: User, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(context: Context, arguments: Any) -> Result:
        raise RuntimeError(f"https://service.test/?key={SECRET}")

    with caplog.at_level(logging.ERROR, logger="agents.tools.calling"):
        said = refused(made(broken), employee)
    assert "failed" in said
    assert "service.test" not in said
    assert "RuntimeError" in caplog.text
    assert "in broken" in caplog.text
    assert SECRET not in caplog.text
    assert Event.objects.get(action="tool.call").facts["status"] == "failed"


def test_a_problem_is_told_and_an_outage_of_ours_interrupts(made: Made, employee: User) -> None:
    def problem(context: Context, arguments: Any) -> Result:
        raise Problem(409, "It is taken.")

    def outage(context: Context, arguments: Any) -> Result:
        raise OperationalError("the database went away")

    assert refused(made(problem), employee) == "It is taken."
    with pytest.raises(OperationalError):
        calling.call(made(outage), context(employee), {})


def test_a_secret_comes_back_in_nothing(made: Made, employee: User) -> None:
    """A service may repeat what it was sent, in its answer or in its error."""

    def leaks(context: Context, arguments: Any) -> Result:
        if arguments.get("fail"):
            raise ToolError(f"401: your key {SECRET} is wrong")
        return Result(f"headers: Bearer {SECRET}", {"deep": [{"Authorization": SECRET}]})

    function = made(leaks, secret=secrets.encrypt(SECRET))
    result = calling.call(function, context(employee), {"note": f"with {SECRET}"})
    assert SECRET not in result.text + json.dumps(result.data)
    assert SECRET not in refused(function, employee, {"fail": True})
    assert SECRET not in json.dumps([event.facts for event in Event.objects.all()])


def test_no_half_of_a_secret_is_left_where_something_is_cut(made: Made, employee: User) -> None:
    text = "x" * (calling.LONGEST_TEXT - 10) + SECRET
    function = made(lambda c, a: Result(text), secret=secrets.encrypt(SECRET))
    result = calling.call(function, context(employee), {"note": "y" * 190 + SECRET})
    assert "sk-very" not in result.text
    assert "sk-very" not in json.dumps([event.facts for event in Event.objects.all()])


def test_parts_of_a_secret_count_too(made: Made, employee: User) -> None:
    value = json.dumps({"client": "quarry-client", "refresh": "refresh-token-123"})
    function = made(lambda c, a: Result("refresh-token-123 for user:hunter2-hunter2"), secret=secrets.encrypt(value))
    assert "refresh-token-123" not in calling.call(function, context(employee), {}).text
    header = base64.b64encode(b"user:hunter2-hunter2").decode()
    function = made(lambda c, a: Result(f"hunter2-hunter2 {header}"), secret=secrets.encrypt("user:hunter2-hunter2"))
    assert calling.call(function, context(employee), {}).text == "••• •••"
    address = "postgresql://reader:p%40ssw0rd-1@db.test/erp"
    function = made(lambda c, a: Result("p@ssw0rd-1 p%40ssw0rd-1"), secret=secrets.encrypt(address))
    assert "ssw0rd" not in calling.call(function, context(employee), {}).text


def test_results_are_bounded(made: Made, employee: User) -> None:
    function = made(lambda c, a: Result("x\x00" * 2_000_000, {"rows": ["y" * 1000] * 5000}))
    result = calling.call(function, context(employee), {})
    assert len(result.text) < 1_001_000
    assert result.text.endswith("[The rest is left out: 1000000 characters.]")
    assert result.data is None
    assert "\x00" not in result.text


def test_numbers_that_json_does_not_have_are_kept_by_their_names(made: Made, employee: User) -> None:
    function = made(lambda c, a: Result("NaN", {"rows": [math.nan, math.inf, 1.5]}))
    assert calling.call(function, context(employee), {}).data == {"rows": ["nan", "inf", 1.5]}


def test_the_tools_own_time_shortens_the_deadline_and_never_lengthens_it(made: Made, employee: User) -> None:
    def left(context: Context, arguments: Any) -> Result:
        return Result(f"{context.deadline - time.monotonic():.1f}")

    assert 4.5 < float(calling.call(made(left, timeout=5), context(employee), {}).text) <= 5
    hurried = context(employee, deadline=time.monotonic() + 2)
    assert float(calling.call(made(left, timeout=300), hurried, {}).text) <= 2


def test_so_many_calls_a_minute_for_each_person(made: Made, employee: User, stranger: User) -> None:
    function = made(echo, calls_per_minute=2)
    for _ in range(2):
        calling.call(function, context(employee), {})
    said = refused(function, employee)
    assert "2 times a minute" in said
    assert "seconds" in said
    calling.call(function, context(stranger), {})


@pytest.mark.django_db(transaction=True)
def test_calls_that_come_at_once_do_not_all_pass(made: Made, employee: User) -> None:
    function, passed, barrier = made(echo, calls_per_minute=5), [], threading.Barrier(20)

    def one() -> None:
        barrier.wait()
        try:
            calling.call(function, context(employee), {})
            passed.append(1)
        except ToolError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 5
    assert Event.objects.filter(action="tool.call").count() == 5


def test_a_function_of_the_callers_own_needs_no_row(employee: User) -> None:
    function = Function("own", "", {"type": "object"}, echo)
    assert calling.call(function, context(employee), {"text": "x"}).text == "You said x"
    assert not Event.objects.filter(action="tool.call").exists()


def test_only_what_is_usable_is_offered(employee: User) -> None:
    names = {each.name for each in registry.functions(employee, ["calculator", "dates/today", "python", "mail"])}
    assert names == {"calculate", "convert_units", "today", "send_mail"}
