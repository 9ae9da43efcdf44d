"""Operations of the older version 2.0, said as version 3 says them, so that nothing else has to know two versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .nodes import entries

Node = Mapping[str, Any]
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
# What of a parameter of 2.0 is its schema.
BESIDE = {"name", "in", "description", "required", "collectionFormat", "allowEmptyValue"}
STYLES: dict[str, tuple[str, bool]] = {
    "multi": ("form", True),
    "ssv": ("spaceDelimited", False),
    "tsv": ("tabDelimited", False),
    "pipes": ("pipeDelimited", False),
}


def upgraded(document: Node, operation: Node, parameters: Sequence[Node]) -> tuple[list[Node], Node | None]:
    """The parameters of version 3, and the request's body where there is one."""
    plain = [_parameter(each) for each in parameters if each.get("in") not in ("body", "formData")]
    forms = [each for each in parameters if each.get("in") == "formData"]
    media = [each for each in entries(operation, "consumes") or entries(document, "consumes") if isinstance(each, str)]
    body = next((each for each in parameters if each.get("in") == "body"), None)
    if body is not None:
        content = {each: {"schema": body.get("schema", {})} for each in media or ["application/json"]}
        return plain, {"required": body.get("required") is True, "content": content}
    return plain, _form(forms, media) if forms else None


def _parameter(given: Node) -> Node:
    style, explode = _style(given)
    made = {key: given[key] for key in ("name", "in", "description", "required") if key in given}
    return {**made, "schema": _schema(given), **({"style": style, "explode": explode} if style else {})}


def _schema(given: Node) -> Node:
    return {key: each for key, each in given.items() if key not in BESIDE}


def _style(given: Node) -> tuple[str, bool]:
    if given.get("type") != "array":
        return "", False
    default = "simple" if given.get("in") in ("path", "header") else "form"
    return STYLES.get(str(given.get("collectionFormat")), (default, False))


def _form(forms: Sequence[Node], media: Sequence[str]) -> Node:
    files = any(each.get("type") == "file" for each in forms)
    kind = MULTIPART if files or (MULTIPART in media and FORM not in media) else FORM
    schema = {
        "type": "object",
        "properties": {str(each.get("name")): _field(each) for each in forms},
        "required": [each.get("name") for each in forms if each.get("required") is True],
    }
    styles = {str(each.get("name")): _style(each) for each in forms}
    encoding = {name: {"style": style, "explode": explode} for name, (style, explode) in styles.items() if style}
    return {"required": True, "content": {kind: {"schema": schema, "encoding": encoding}}}


def _field(given: Node) -> Node:
    binary = {"type": "string", "format": "binary"} if given.get("type") == "file" else {}
    described = {"description": given["description"]} if "description" in given else {}
    return {**_schema(given), **described, **binary}
