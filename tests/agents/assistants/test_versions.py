"""What an assistant was, is, and is again: versions over the API, and what the audit log tells of them."""

import itertools
import threading
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from agents.assistants.models import Assistant, Version
from apps.accounts.models import Group, User
from apps.audit.models import Event
from apps.knowledge.models import Collection
from tests.agents.assistants.conftest import Make

ALL = "/api/v1/assistants"
PATH = f"{ALL}/legal"


@pytest.fixture
def api(client_for: Any, employee: User) -> APIClient:
    return client_for(employee)  # type: ignore[no-any-return]


def last() -> Event:
    return Event.objects.order_by("-id")[0]


def test_from_the_first_version_to_a_roll_back(api: APIClient, employee: User) -> None:
    made = api.post(ALL, {"slug": "legal", "name": "Legal", "instructions": "Be brief.", "starters": ["Contracts?"]})
    assert made.status_code == 201, made.content
    assert (made.json()["version"], made.json()["newest"], made.json()["model"]) == (1, 1, None)
    assert last().facts["instructions"] == "Be brief."
    second = api.patch(PATH, {"instructions": "Be thorough.", "note": "Lawyers asked"}).json()
    assert (second["version"], second["newest"], second["instructions"]) == (2, 2, "Be thorough.")
    assert last().action == "assistant.change"
    assert last().facts == {"instructions": ["Be brief.", "Be thorough."], "version": [1, 2]}
    draft = api.patch(PATH, {"name": "Law", "publish": False}).json()
    assert (draft["name"], draft["version"], draft["newest"]) == ("Legal", 2, 3)
    back = api.post(f"{PATH}/publish", {"version": 1})
    assert (back.status_code, back.json()["number"], back.json()["published"]) == (200, 1, True)
    assert (last().action, last().facts) == ("assistant.publish", {"version": [2, 1]})
    assert api.get(PATH).json()["instructions"] == "Be brief."
    listed = api.get(f"{PATH}/versions").json()["results"]
    assert [(each["number"], each["published"], each["note"]) for each in listed] == [
        (3, False, ""),
        (2, False, "Lawyers asked"),
        (1, True, ""),
    ]
    assert listed[0]["created_by"] == employee.name


def test_what_differs_field_by_field(api: APIClient, make: Make, employee: User) -> None:
    make(employee, instructions="Be brief.", limits={"steps": 3})
    api.patch(PATH, {"instructions": "Be thorough.", "models": ["embedded"], "limits": {}})
    found = api.get(f"{PATH}/versions/1/diff/2").json()["results"]
    assert {each["field"]: (each["before"], each["after"]) for each in found} == {
        "instructions": ("Be brief.", "Be thorough."),
        "models": ([], ["embedded"]),
        "limits": ({"steps": 3}, {}),
    }
    other_way = api.get(f"{PATH}/versions/2/diff/1").json()["results"]
    assert {each["field"]: each["after"] for each in other_way}["instructions"] == "Be brief."
    assert api.get(f"{PATH}/versions/1/diff/1").json()["results"] == []
    for missing in ("/versions/9", "/versions/1/diff/9", f"/versions/{10**30}"):
        assert api.get(PATH + missing).status_code == 404


def test_a_change_that_changes_nothing_is_no_version(api: APIClient, make: Make, employee: User) -> None:
    make(employee)
    assert api.patch(PATH, {"name": "Legal"}).json()["newest"] == 1
    assert api.patch(PATH, {}).json()["newest"] == 1
    assert Version.objects.filter(assistant__slug="legal").count() == 1


def test_sharing_is_no_version_and_publishes_no_draft(api: APIClient, make: Make, employee: User, team: Group) -> None:
    make(employee)
    api.patch(PATH, {"name": "Draft", "publish": False})
    shared = api.patch(PATH, {"restricted": True, "groups": [str(team.pk)]}).json()
    assert (shared["version"], shared["newest"], shared["restricted"]) == (1, 2, True)
    assert last().facts == {"restricted": [False, True], "groups": [[], ["Team"]]}
    assert api.patch(PATH, {"publish": True}).json()["version"] == 2


def test_a_change_after_a_roll_back_is_made_to_what_answers(api: APIClient, make: Make, employee: User) -> None:
    make(employee, instructions="Be brief.")
    api.patch(PATH, {"instructions": "Be rude.", "translations": {"zh-Hant": {"purpose": "無禮"}}})
    api.post(f"{PATH}/publish", {"version": 1})
    changed = api.patch(PATH, {"purpose": "Contracts"}).json()
    assert (changed["version"], changed["instructions"], changed["purpose"]) == (3, "Be brief.", "Contracts")
    assert last().facts == {"purpose": ["", "Contracts"], "version": [1, 3]}
    assert Version.objects.get(number=3, assistant__slug="legal").translations == {}


def test_a_draft_is_gone_on_with_until_it_is_published(api: APIClient, make: Make, employee: User) -> None:
    make(employee)
    api.patch(PATH, {"name": "Law", "publish": False})
    api.patch(PATH, {"purpose": "Contracts", "publish": False})
    done = api.patch(PATH, {"greeting": "Hello", "publish": True}).json()
    assert (done["version"], done["name"], done["purpose"], done["greeting"]) == (4, "Law", "Contracts", "Hello")


def test_who_saw_an_older_version_is_told(api: APIClient, make: Make, employee: User) -> None:
    make(employee)
    assert api.patch(PATH, {"name": "A", "base": 1}).status_code == 200
    late = api.patch(PATH, {"name": "B", "base": 1})
    assert (late.status_code, late.json()["type"]) == (409, "urn:quarry:problem:conflict")
    assert api.get(PATH).json()["name"] == "A"


def test_a_version_that_is_not_there_is_not_published(api: APIClient, make: Make, employee: User) -> None:
    make(employee)
    assert api.post(f"{PATH}/publish", {"version": 2}).status_code == 400
    assert api.post(f"{PATH}/publish", {"version": 10**12}).status_code == 400
    assert api.get(PATH).json()["version"] == 1


def test_texts_in_the_readers_language(api: APIClient, make: Make, employee: User) -> None:
    translations = {"zh-Hant": {"name": "法務", "starters": ["合約要注意什麼？"]}}
    make(employee, translations=translations, greeting="Hello", starters=["Contracts?"])
    chinese = api.get(PATH, headers={"Accept-Language": "zh-TW"}).json()
    assert (chinese["name"], chinese["starters"], chinese["greeting"]) == ("法務", ["合約要注意什麼？"], "Hello")
    assert api.get(PATH).json()["name"] == "Legal"
    api.patch(PATH, {"name": "Law"})
    chinese = api.get(PATH, headers={"Accept-Language": "zh-TW"}).json()
    assert (chinese["name"], chinese["starters"]) == ("Law", ["合約要注意什麼？"]), (
        "the old name is no translation of it"
    )
    api.patch(PATH, {"name": "Lawyer", "translations": {"zh-Hant": {"name": "律師"}}})
    assert api.get(PATH, headers={"Accept-Language": "zh-TW"}).json()["name"] == "律師"


# Bad input


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("slug", {"slug": "quarry"}),
        ("slug", {"slug": "Legal"}),
        ("slug", {"slug": "a b"}),
        ("slug", {"slug": "-a"}),
        ("slug", {"slug": "法務"}),
        ("slug", {"slug": "../x"}),
        ("slug", {"slug": "a" * 61}),
        ("name", {"name": ""}),
        ("name", {"name": "x" * 121}),
        ("name", {"name": "a\0b"}),
        ("instructions", {"instructions": "x" * 8001}),
        ("models", {"models": ["gpt-9"]}),
        ("models", {"model": "endpoint/nowhere"}),
        ("tools", {"tools": ["nowhere"]}),
        ("tools", {"tools": ["payroll"]}),
        ("tools", {"tools": ["clock/write"]}),
        ("collections", {"collections": ["00000000-0000-4000-8000-000000000000"]}),
        ("collections.0", {"collections": ["x"]}),
        ("limits.steps", {"limits": {"steps": 0}}),
        ("limits.steps", {"limits": {"steps": 41}}),
        ("limits.seconds", {"limits": {"seconds": 10**20}}),
        ("limits.steps", {"limits": {"steps": 2.5}}),
        ("limits.cost", {"limits": {"cost": 0}}),
        ("limits.cost", {"limits": {"cost": "nan"}}),
        ("limits.money", {"limits": {"money": 1}}),
        ("limits.steps", {"limits": {"steps": "many"}}),
        ("starters", {"starters": ["?"] * 9}),
        ("translations.de", {"translations": {"de": {"name": "Recht"}}}),
        ("groups", {"groups": ["00000000-0000-4000-8000-000000000000"]}),
    ],
)
def test_what_cannot_be_an_assistant_is_refused_by_field(
    field: str, body: dict[str, Any], api: APIClient, tools: Any
) -> None:
    before = Assistant.objects.count()
    answer = api.post(ALL, {"slug": "desk", "name": "New"} | body)
    assert answer.status_code == 400, answer.content
    assert field in answer.json()["errors"]
    assert Assistant.objects.count() == before


def test_an_unreadable_collection_and_none_get_the_same_answer(
    api: APIClient, administrator: User, make: Make, employee: User
) -> None:
    closed = Collection.objects.create(name="Board", visibility="groups", created_by=administrator)
    make(employee)
    real, missing = (
        api.patch(PATH, {"collections": [key]}) for key in (str(closed.pk), "00000000-0000-4000-8000-000000000000")
    )
    assert (real.status_code, real.content) == (400, missing.content)


def test_what_another_editor_chose_may_stay_though_i_may_not_read_it(
    api: APIClient, administrator: User, make: Make, team: Group, tools: Any
) -> None:
    closed = Collection.objects.create(name="Board", visibility="groups", created_by=administrator)
    made = make(administrator, collections=[str(closed.pk)], editors=[team])
    made.versions.update(tools=["payroll"])
    changed = api.patch(PATH, {"name": "New", "collections": [str(closed.pk)], "tools": ["payroll", "clock/read"]})
    assert changed.status_code == 200, changed.content
    assert changed.json()["tools"] == ["payroll", "clock/read"]


# At the same time


@pytest.mark.django_db(transaction=True)
def test_changes_and_publishes_at_once_each_happen_in_turn(make: Make, employee: User, client_for: Any) -> None:
    make(employee)
    clients, barrier, statuses = [client_for(employee) for _ in range(8)], threading.Barrier(8), []

    def work(number: int, api: APIClient) -> None:
        barrier.wait()
        answer = api.patch(PATH, {"name": f"N{number}"}) if number % 2 else api.post(f"{PATH}/publish", {"version": 1})
        statuses.append(answer.status_code)
        connection.close()

    threads = [threading.Thread(target=work, args=each) for each in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    made = Assistant.objects.get(slug="legal")
    assert sorted(made.versions.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    published = [event.facts.get("version") for event in Event.objects.filter(object_id=str(made.pk)).order_by("id")]
    told = [each for each in published if isinstance(each, list)]
    assert all(before[1] == after[0] for before, after in itertools.pairwise(told)), told
    assert made.published is not None
    assert made.published.number == told[-1][1]


@pytest.mark.django_db(transaction=True)
def test_a_name_is_given_once(employee: User, client_for: Any) -> None:
    clients, barrier, statuses = [client_for(employee) for _ in range(4)], threading.Barrier(4), []

    def work(api: APIClient) -> None:
        barrier.wait()
        statuses.append(api.post(ALL, {"slug": "legal", "name": "Legal"}).status_code)
        connection.close()

    threads = [threading.Thread(target=work, args=(api,)) for api in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 409, 409, 409]
