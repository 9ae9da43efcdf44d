"""For how long a decision holds, when people are asked, and when two of them are."""

from typing import Any

import pytest
from quarry.api import Problem

from agents.approvals.models import Grant
from agents.models import Run
from agents.tools.models import Operation
from apps.accounts.models import Group, User
from apps.chat.models import Conversation
from tests.agents.acting import carried_out, operation
from tests.agents.approvals.deciding import FRIDAY, MONDAY, asked, decide
from tests.agents.conftest import THREAD

pytestmark = pytest.mark.django_db(transaction=True)


# -- for the conversation ----------------------------------------------------------------------------------------------


def test_allowed_for_the_conversation_it_is_not_asked_again_there(
    book: Operation, hand_over: Any, script: Any, employee: User, stranger: User, done: Any
) -> None:
    script([("book", MONDAY)], "Done.", [("book", FRIDAY)], "Done.")
    run = carried_out(hand_over())
    decide(employee, run, scope="conversation")
    carried_out(run)
    assert carried_out(hand_over()).status == "completed"
    assert done == [("book", MONDAY), ("book", FRIDAY)]
    assert str(Grant.objects.get().thread) == THREAD


def test_a_grant_is_of_one_person_conversation_and_function(
    book: Operation, hand_over: Any, script: Any, employee: User, stranger: User, done: Any
) -> None:
    operation("pay", writes=True, needs_approval="always")
    Grant.objects.create(thread=THREAD, person=employee, operation=book.pk)
    script([("book", MONDAY)], [("pay", MONDAY)], [("book", MONDAY)])
    other = carried_out(hand_over(person=stranger))
    assert other.status == "awaiting_approval"
    assert carried_out(hand_over()).status == "awaiting_approval"
    elsewhere = hand_over()
    Run.objects.filter(pk=elsewhere.pk).update(input=elsewhere.input | {"thread": str(Conversation().pk)})
    assert carried_out(elsewhere).status == "awaiting_approval"
    assert done == []


def test_a_run_without_a_conversation_is_allowed_once_only(waiting: Run, employee: User) -> None:
    Run.objects.filter(pk=waiting.pk).update(input=waiting.input | {"thread": None})
    with pytest.raises(Problem, match="once only"):
        decide(employee, waiting, scope="conversation")
    assert not Grant.objects.exists()


def test_a_refusal_cannot_be_a_grant(waiting: Run, employee: User) -> None:
    with pytest.raises(Problem, match="once only"):
        decide(employee, waiting, "reject", scope="conversation")


# -- rules and four eyes -----------------------------------------------------------------------------------------------


def test_a_rule_asks_for_some_arguments_only(hand_over: Any, script: Any, done: Any) -> None:
    rule = [{"argument": "day", "operator": "==", "value": "friday"}]
    operation("book", writes=True, needs_approval="rule", rule=rule)
    script([("book", MONDAY)], [("book", FRIDAY)])
    run = carried_out(hand_over())
    assert run.status == "awaiting_approval"
    assert done == [("book", MONDAY)]
    assert asked(run).why == "rule"


def test_a_rule_that_was_made_meanwhile_counts(hand_over: Any, script: Any, done: Any) -> None:
    row = operation("book", writes=True)

    def tightened(_: Any) -> Any:
        Operation.objects.filter(pk=row.pk).update(needs_approval="always")
        return [("book", MONDAY)]

    script(tightened)
    assert carried_out(hand_over()).status == "awaiting_approval"
    assert done == []


@pytest.fixture
def four_eyes(book: Operation, hand_over: Any, script: Any) -> Run:
    Operation.objects.filter(pk=book.pk).update(four_eyes=True)
    script([("book", MONDAY)], "Settled.")
    return carried_out(hand_over())


@pytest.mark.parametrize("first", ["asker", "other"])
def test_four_eyes_need_both_in_any_order(
    first: str, four_eyes: Run, employee: User, administrator: User, client_for: Any, done: Any
) -> None:
    people = [employee, administrator] if first == "asker" else [administrator, employee]
    assert decide(people[0], four_eyes).status == "pending"
    assert carried_out(four_eyes).status == "awaiting_approval"
    with pytest.raises(Problem, match="already"):
        decide(people[0], four_eyes)
    assert client_for(people[0]).get("/api/v1/approvals").json()["results"] == []
    assert len(client_for(people[1]).get("/api/v1/approvals").json()["results"]) == 1
    path = f"/api/v1/runs/{four_eyes.pk}/approvals/{asked(four_eyes).step_id}"
    answer = client_for(people[1]).post(path, {"decision": "approve"})
    assert (answer.status_code, answer.json()["approval"]) == (202, "approved")
    carried_out(four_eyes)
    assert done == [("book", MONDAY)]


def test_of_four_eyes_any_two_may_refuse_and_strangers_may_not_look(
    four_eyes: Run, employee: User, administrator: User, stranger: User, client_for: Any, done: Any
) -> None:
    with pytest.raises(Problem) as problem:
        decide(stranger, four_eyes)
    assert problem.value.status == 404
    assert client_for(stranger).get("/api/v1/approvals").json()["results"] == []
    assert client_for(administrator).get(f"/api/v1/runs/{four_eyes.pk}").status_code == 404
    decide(administrator, four_eyes, "reject")
    carried_out(four_eyes)
    assert done == []


def test_two_administrators_without_the_asker_are_not_enough(
    four_eyes: Run, administrator: User, employee: User, done: Any
) -> None:
    other = User.objects.create_user("ben@example.test", "a-good-password", role="administrator")
    decide(administrator, four_eyes)
    assert decide(other, four_eyes).status == "pending"
    assert decide(employee, four_eyes).status == "approved"


def test_an_administrator_who_asks_is_not_their_own_second(
    book: Operation, hand_over: Any, script: Any, administrator: User, done: Any
) -> None:
    Operation.objects.filter(pk=book.pk).update(four_eyes=True)
    script([("book", MONDAY)])
    run = carried_out(hand_over(person=administrator))
    assert decide(administrator, run).status == "pending"
    assert carried_out(run).status == "awaiting_approval"


def test_members_of_a_group_of_approvers_may_be_the_second(
    four_eyes: Run, employee: User, stranger: User, settings: Any, done: Any
) -> None:
    settings.QUARRY_APPROVERS = ["Leave office"]
    Group.objects.create(name="Leave office").members.add(stranger)
    decide(stranger, four_eyes)
    assert decide(employee, four_eyes).status == "approved"


def test_a_second_who_may_not_any_more_does_not_count(
    four_eyes: Run, employee: User, administrator: User, done: Any
) -> None:
    decide(administrator, four_eyes)
    User.objects.filter(pk=administrator.pk).update(role="employee")
    assert decide(employee, four_eyes).status == "pending"


def test_four_eyes_cannot_be_waived_for_a_conversation(
    four_eyes: Run, book: Operation, employee: User, hand_over: Any, script: Any, done: Any
) -> None:
    with pytest.raises(Problem, match="once only"):
        decide(employee, four_eyes, scope="conversation")
    Grant.objects.create(thread=THREAD, person=employee, operation=book.pk)
    script([("book", FRIDAY)])
    assert carried_out(hand_over()).status == "awaiting_approval"
