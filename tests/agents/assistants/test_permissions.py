"""Who may use, see and change which assistant: every kind of person against every kind of assistant."""

from typing import Any

import pytest
from quarry import runtime
from rest_framework.test import APIClient

from agents.assistants import policies
from agents.assistants.models import Assistant
from apps.accounts.models import Group, User
from apps.endpoints.models import Endpoint
from tests.agents.assistants.conftest import Make

ALL = "/api/v1/assistants"
# Of each kind of person: who they are to the assistant of Emma's.
PEOPLE = ("creator", "editor", "member", "stranger", "administrator", "closed")


@pytest.fixture
def people(employee: User, stranger: User, administrator: User, team: Group) -> dict[str, User]:
    editor, member = (User.objects.create_user(f"{name}@example.test", "a-good-password") for name in ("ed", "mia"))
    closed = User.objects.create_user("gone@example.test", "a-good-password", role="administrator", is_active=False)
    Group.objects.create(name="Editors").members.add(editor)
    team.members.set([member, closed])
    found = {"creator": employee, "editor": editor, "member": member, "stranger": stranger}
    return found | {"administrator": administrator, "closed": closed}


def shared(make: Make, creator: User, team: Group, **more: Any) -> Assistant:
    return make(creator, groups=[team], editors=[Group.objects.get(name="Editors")], **more)


@pytest.mark.parametrize(
    ("kind", "users"),
    [
        ({}, {"creator", "editor", "member", "stranger", "administrator"}),
        ({"restricted": True}, {"creator", "editor", "member", "administrator"}),
        ({"enabled": False}, set()),
        ({"publish": False}, set()),
    ],
    ids=["open", "restricted", "off", "draft"],
)
def test_who_uses_and_who_changes(
    kind: dict[str, Any], users: set[str], people: dict[str, User], team: Group, make: Make, client_for: Any
) -> None:
    made = shared(make, people["creator"], team, **kind)
    editors = {"creator", "editor", "administrator"}
    assert {name for name in PEOPLE if policies.usable(people[name]).contains(made)} == users
    assert {name for name in PEOPLE if policies.editable(people[name]).contains(made)} == editors
    for name in PEOPLE[:-1]:
        api = client_for(people[name])
        listed = {each["slug"] for each in api.get(ALL).json()["results"]}
        changeable = {each["slug"] for each in api.get(ALL, {"editable": "1"}).json()["results"]}
        assert ("legal" in listed, "legal" in changeable) == (name in users, name in editors)
        seen = api.get(f"{ALL}/legal")
        assert seen.status_code == (200 if name in users | editors else 404)
        changed = api.patch(f"{ALL}/legal", {"purpose": f"of {name}", "publish": False})
        assert changed.status_code == (200 if name in editors else 403 if name in users else 404)
    assert made.versions.count() == 4


def test_what_it_is_made_of_is_shown_to_those_who_change_it(
    people: dict[str, User], team: Group, make: Make, client_for: Any
) -> None:
    shared(make, people["creator"], team, instructions="The secret recipe.", restricted=True)
    inside = client_for(people["editor"]).get(f"{ALL}/legal").json()
    assert (inside["instructions"], inside["can_edit"], inside["can_delete"]) == ("The secret recipe.", True, False)
    assert [group["name"] for group in inside["groups"]] == ["Team"]
    outside = client_for(people["member"]).get(f"{ALL}/legal")
    assert outside.status_code == 200
    assert "secret" not in outside.content.decode()
    assert not {"instructions", "tools", "collections", "groups", "editors"} & outside.json().keys()


def test_editors_share_but_name_no_editors_and_delete_nothing(
    people: dict[str, User], team: Group, make: Make, client_for: Any
) -> None:
    shared(make, people["creator"], team)
    api, path = client_for(people["editor"]), f"{ALL}/legal"
    assert api.patch(path, {"restricted": True, "groups": []}).status_code == 200
    assert api.patch(path, {"editors": [str(team.pk)]}).status_code == 403
    assert api.delete(path).status_code == 403
    assert client_for(people["creator"]).patch(path, {"editors": [str(team.pk)]}).status_code == 200
    assert api.get(path).status_code == 404, "restricted, and no editor of it any more"
    assert client_for(people["creator"]).delete(path).status_code == 204


def test_a_deleted_assistant_is_nowhere_and_its_name_stays_taken(
    make: Make, employee: User, administrator: User, client_for: Any
) -> None:
    made = make(employee)
    api = client_for(administrator)
    assert api.delete(f"{ALL}/legal").status_code == 204
    made.refresh_from_db()
    assert made.versions.count() == 1, "its runs can still be traced"
    for path in ("", "/versions", "/versions/1", "/versions/1/diff/1"):
        assert api.get(f"{ALL}/legal{path}").status_code == 404
    assert api.post(f"{ALL}/legal/publish", {"version": 1}).status_code == 404
    assert api.post(f"{ALL}/legal/test", {"content": "?"}).status_code == 404
    again = api.post(ALL, {"slug": "legal", "name": "Legal"})
    assert (again.status_code, again.json()["detail"][:20]) == (409, "There is or was an a")


def test_everybody_may_choose_among_what_can_answer_and_learns_no_more(
    make: Make, configured: Any, employee: User, client_for: Any
) -> None:
    for slug, enabled in (("ours", True), ("off", False)):
        Endpoint.objects.create(slug=slug, name=slug.title(), kind="openai", model="m", enabled=enabled)
    api: APIClient = client_for(employee)
    found = api.get("/api/v1/usable-models").json()["results"]
    here = [each for each in runtime.models() if each["kind"] == "chat" and each["installed"]]
    assert found == [
        *({"id": each["id"], "name": each["name"]} for each in here),
        {"id": "endpoint/ours", "name": "Ours"},
    ]
    make(employee)
    for each in found:
        assert api.patch(f"{ALL}/legal", {"models": [each["id"]]}).json()["model"] == each["id"]
    assert api.patch(f"{ALL}/legal", {"models": ["endpoint/off"]}).status_code == 400


def test_a_name_that_is_a_page_s_is_refused(employee: User, client_for: Any) -> None:
    body = {"slug": "new", "name": "New"}
    refused = client_for(employee).post(ALL, body)
    assert refused.status_code == 400
    assert refused.json()["errors"] == {"slug": ["The name new stands for the form of a new one. Choose another one."]}
    chinese = client_for(employee).post(ALL, body, headers={"Accept-Language": "zh-TW"}).json()
    assert chinese["errors"]["slug"] == ["名稱「new」保留給新增表單使用，請改用其他名稱。"]


def test_a_chat_key_reads_no_instructions(make: Make, employee: User, client_for: Any) -> None:
    make(employee)
    api: APIClient = client_for(employee, "chat")
    assert api.get(f"{ALL}/legal").status_code == api.patch(f"{ALL}/legal", {"name": "x"}).status_code == 403
