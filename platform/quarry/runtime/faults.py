"""Why a model cannot be had or must not be loaded, each with a sentence that a person can act on."""

from __future__ import annotations

from .types import ModelUnavailable


class FetchFailed(ModelUnavailable):
    """A model could not be had from a source."""


class HubUnreachable(FetchFailed):
    """No connection, or the hub answers that it cannot."""


class NotOnHub(FetchFailed):
    """The hub has no such file, or does not let us have it."""


class DiskFull(FetchFailed):
    """There is no room; no other source will help."""


class WrongDigest(FetchFailed):
    """The bytes are not the model's. They were removed."""


class ModelRefused(ModelUnavailable):
    """The bytes are here and must not be loaded: tampered with, malformed, or not signed as they should be."""
