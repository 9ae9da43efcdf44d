"""Searching, listing and reading: what the person may read, and nothing else, whatever is asked."""

import uuid
from collections.abc import Callable

import pytest

from agents.tools.types import Result, ToolError
from apps.accounts.models import Group, User
from apps.knowledge.models import Collection, Document, DocumentText

Call = Callable[..., Result]
LEAVE = "Every employee has seven days of leave after one year."
SALARY = "The chairman earns nine million; leave him alone."


@pytest.fixture
def rules(employee: User, shelve: Callable[..., Document]) -> Document:
    house = Collection.objects.create(name="House", created_by=employee)
    return shelve(house, LEAVE, "員工到職滿一年者，給予特別休假七日。", title="House rules")


@pytest.fixture
def secret(administrator: User, shelve: Callable[..., Document]) -> Document:
    closed = Collection.objects.create(name="Board", visibility="groups", created_by=administrator)
    return shelve(closed, SALARY, title="Board minutes")


def test_search_finds_what_may_be_read(call: Call, rules: Document, secret: Document) -> None:
    found = call("search_knowledge", {"query": "days of leave"})
    assert LEAVE in found.text
    assert "chairman" not in found.text
    assert {each.document_id for each in found.found} == {str(rules.pk)}
    assert found.data["passages"][0]["document_id"] == str(rules.pk)
    assert "特別休假七日" in call("search_knowledge", {"query": "特別休假有幾天"}).text


def test_search_stays_within_the_runs_collections(call: Call, rules: Document) -> None:
    assert call("search_knowledge", {"query": "leave"}, collections=[]).found == ()
    inside = call("search_knowledge", {"query": "leave"}, collections=[str(rules.collection_id)])
    assert inside.found


@pytest.mark.parametrize("name", ["House rules", "house RULES", "House rules.txt", "rules"])
def test_a_document_is_read_by_what_people_call_it(call: Call, rules: Document, name: str) -> None:
    read = call("read_document", {"document": name})
    assert LEAVE in read.text
    assert read.data["document_id"] == str(rules.pk)
    assert [each.document_id for each in read.found] == [str(rules.pk)] * 2
    assert call("read_document", {"document": str(rules.pk)}).text == read.text


def test_a_document_that_may_not_be_read_is_not_there(call: Call, rules: Document, secret: Document) -> None:
    for name in (str(secret.pk), "Board minutes", "minutes", str(uuid.uuid4())):
        with pytest.raises(ToolError, match="There is no document"):
            call("read_document", {"document": name})
    assert "Board" not in call("list_documents", {}).text
    with pytest.raises(ToolError, match="There is no document"):
        call("read_document", {"document": "House rules"}, collections=[])


def test_a_document_is_known_by_most_of_its_words(
    call: Call, rules: Document, secret: Document, shelve: Callable[..., Document]
) -> None:
    travel = shelve(rules.collection, "Fares are paid.", "依票根報支。", title="差旅費報支辦法 Travel policy")
    for name in ("travel expense policy", "the policy of travel.docx", "差旅報支辦法"):
        assert call("read_document", {"document": name}).data["document_id"] == str(travel.pk)
    for name in ("expense policy of the board", "採購辦法"):
        with pytest.raises(ToolError, match=f"There are: House rules; {travel.title}\\.$"):
            call("read_document", {"document": name})


def test_access_that_is_lost_is_lost_at_once(call: Call, secret: Document, employee: User) -> None:
    group = Group.objects.create(name="Board")
    secret.collection.groups.add(group)
    group.members.add(employee)
    assert SALARY in call("read_document", {"document": "Board minutes"}).text
    group.members.remove(employee)
    with pytest.raises(ToolError):
        call("read_document", {"document": "Board minutes"})


def test_long_documents_are_read_piece_by_piece(call: Call, rules: Document) -> None:
    text = "".join(f"{number:06d} " for number in range(2000))
    pages = [{"page": 1, "start": 0, "end": 7000}, {"page": 2, "start": 7000, "end": 14000}]
    DocumentText.objects.filter(document=rules).update(text=text, pages=pages)
    read, offset = "", 0
    while offset < len(text):
        piece = call("read_document", {"document": "House rules", "offset": offset})
        read, offset = read + text[piece.data["start"] : piece.data["end"]], piece.data["end"]
        assert text[piece.data["start"] : piece.data["end"]] in piece.text
    assert read == text
    assert "001000" in call("read_document", {"document": "House rules", "page": 2}).text.splitlines()[1][:8]
    for wrong, says in (({"page": 3}, "pages 1 to 2"), ({"offset": 14000}, "ends at character 14000")):
        with pytest.raises(ToolError, match=says):
            call("read_document", {"document": "House rules"} | wrong)


def test_what_has_no_pages_begins_on_the_first(call: Call, rules: Document) -> None:
    DocumentText.objects.filter(document=rules).update(pages=[])
    assert LEAVE in call("read_document", {"document": "House rules", "page": 1}).text
    with pytest.raises(ToolError, match="it has no pages: use offset"):
        call("read_document", {"document": "House rules", "page": 2})


def test_several_of_one_name_are_told_apart(call: Call, rules: Document, shelve: Callable[..., Document]) -> None:
    other = shelve(rules.collection, "Another text.", title="House rules")
    with pytest.raises(ToolError) as told:
        call("read_document", {"document": "House rules"})
    assert str(rules.pk) in str(told.value)
    assert str(other.pk) in str(told.value)


def test_documents_are_listed_in_pages(call: Call, rules: Document, shelve: Callable[..., Document]) -> None:
    for number in range(25):
        shelve(rules.collection, f"Text {number}.", title=f"Report {number:02d}")
    first = call("list_documents", {"query": "report"})
    assert (first.data["count"], len(first.data["documents"])) == (25, 20)
    assert "page 2" in first.text
    assert len(call("list_documents", {"query": "report", "page": 2}).data["documents"]) == 5
    nothing = call("list_documents", {"query": "nothing like it"})
    assert nothing.data["count"] == 0
    assert "There are: House rules; Report 00; Report 01;" in nothing.text
    assert nothing.text.endswith("Report 18; and more; list_documents lists them.")
