"""The tokens of a service that people sign in to, put into each request and renewed when they have run out."""

import uuid
from collections.abc import AsyncGenerator
from typing import Any

import anyio.to_thread
import httpx2

from agents.tools.mcp.faults import refused


class Signed(httpx2.Auth):
    """Adds the token; after a refusal a new one, once."""

    def __init__(self, tool: uuid.UUID) -> None:
        self._tool = tool

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, Any]:
        token = await self._token("")
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401:
            request.headers["Authorization"] = f"Bearer {await self._token(token)}"
            response = yield request
            if response.status_code == 401:
                raise refused(401)

    async def _token(self, refused: str) -> str:
        from agents.tools.mcp.oauth import tokens

        return await anyio.to_thread.run_sync(tokens.token, self._tool, refused)
