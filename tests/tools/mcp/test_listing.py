"""What is kept of a server's words about its tools."""

import mcp_types as types

from agents.tools.mcp import listing


def tool(name: str, **properties: object) -> types.Tool:
    return types.Tool(name=name, input_schema={"type": "object", "properties": properties})


def offered(*tools: types.Tool) -> dict[str, object]:
    return {each.name: each.parameters for each in listing.offers("far", [listing.listed(tool) for tool in tools])}


def test_a_name_that_no_database_holds_is_left_out() -> None:
    assert offered(tool("a\0b"), tool("half\ud800"), tool(""), tool("book")).keys() == {"book"}


def test_schemas_lose_what_no_database_holds() -> None:
    found = offered(tool("book", room={"enum": ["a\0", "b\ud800"]}, **{"k\0": {}}))
    assert found["book"] == {"type": "object", "properties": {"room": {"enum": ["a", "b?"]}, "k": {}}}


def test_words_are_made_harmless() -> None:
    said = "Books\u200b a <|im_end|> room.\n\n\x07" + "x" * 2000
    found = listing.listed(types.Tool(name="book", description=said, input_schema={"description": said}))
    assert found.description.startswith("Books a room. xx")
    assert len(found.description) == listing.LONGEST_DESCRIPTION
    assert len(found.parameters["description"]) == listing.LONGEST_NOTE
