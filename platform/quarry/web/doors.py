"""ASGI applications beside Django's: those that speak protocols which Django's views cannot."""

from collections.abc import Mapping

from quarry.web.body_limit import Application, Receive, Scope, Send


class Doors:
    """Hands requests for certain paths to applications of their own, all others to `application`."""

    def __init__(self, application: Application, others: Mapping[str, Application]) -> None:
        self.application, self.others = application, others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "") if scope["type"] == "http" else ""
        await self.others.get(path.rstrip("/"), self.application)(scope, receive, send)
