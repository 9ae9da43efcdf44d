"""Whether what an administrator typed can be an endpoint at all, in sentences for the form."""

import ssl
from urllib.parse import urlsplit

from quarry import egress
from quarry.api import Problem
from quarry.runtime.remote import PRESETS

from apps.endpoints.models import Endpoint

Errors = dict[str, list[str]]
WRONG = {
    "key": "This service needs a key.",
    "address": "This is not an address that begins with http:// or https://.",
    "open": "Outside of your own network only https:// is allowed.",
    "unknown": "This service has no such field.",
    "missing": "This service needs this field.",
    "place": "Give a project or a space.",
}


def refuse_incomplete(endpoint: Endpoint, has_secret: bool) -> None:
    """Raises a Problem that names every field with what is wrong with it."""
    errors = _address(endpoint) | _options(endpoint) | _authority(endpoint)
    if PRESETS[endpoint.kind].key == "required" and not has_secret:
        errors["secret"] = [WRONG["key"]]
    if errors:
        raise Problem(400, "Some fields are missing or wrong.", code="validation", errors=errors)


def _address(endpoint: Endpoint) -> Errors:
    """Plain http would carry the key and the questions in the open; in the own network that is the company's choice."""
    if not endpoint.base_url and PRESETS[endpoint.kind].protocol == "sagemaker":
        return {}
    try:
        egress.origin(endpoint.base_url)
    except egress.EgressError:
        return {"base_url": [WRONG["address"]]}
    if urlsplit(endpoint.base_url).scheme == "http" and not endpoint.allow_private:
        return {"base_url": [WRONG["open"]]}
    return {}


def _options(endpoint: Endpoint) -> Errors:
    fields = {field.name: field for field in PRESETS[endpoint.kind].fields}
    errors: Errors = {f"options.{name}": [WRONG["unknown"]] for name in endpoint.options.keys() - fields}
    for field in fields.values():
        if field.required and not endpoint.options.get(field.name):
            errors[f"options.{field.name}"] = [WRONG["missing"]]
    if endpoint.kind == "watsonx" and not {"project_id", "space_id"} & {k for k, v in endpoint.options.items() if v}:
        errors["options.project_id"] = [WRONG["place"]]
    return errors


def _authority(endpoint: Endpoint) -> Errors:
    if endpoint.ca:
        try:
            egress.load_authorities(ssl.create_default_context(), endpoint.ca)
        except egress.EgressError as error:
            return {"ca": [str(error)]}
    return {}
