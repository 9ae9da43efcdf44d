"""Who calls, and work done in their name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.http import HttpRequest
from django.utils import translation
from quarry.api.language import asked_for
from quarry.api.request import answering
from quarry.api.streaming import in_thread

from apps.accounts.models import ApiKey, User
from apps.accounts.policies import key_allows

READ, ASK = "read", "chat"
SCOPES = (READ, ASK)
Found = TypeVar("Found")


@dataclass(frozen=True)
class Caller:
    """The person behind a request's key."""

    person: User
    key: ApiKey
    request: HttpRequest

    def may(self, scope: str) -> bool:
        return key_allows(self.key, scope)

    @property
    def language(self) -> str:
        return asked_for(self.request.headers.get("Accept-Language", ""))

    async def do(self, work: Callable[[], Found]) -> Found:
        """Asks the database in a thread, as in the caller's own request: its address for the audit log, its language
        for what is said."""

        def call() -> Found:
            with answering(self.request), translation.override(self.language):
                return work()

        return await in_thread(call, requests_own=False)
