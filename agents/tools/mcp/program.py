"""A server that is a program of ours: started with limits, spoken to by lines of JSON, ended for certain."""

import asyncio
import errno
import logging
import os
import shutil
import signal
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from mcp.client import Transport
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter
from quarry.embedded.process import die_with_parent

from agents.tools.mcp import sandbox

LONGEST_LINE = 8 * 1024 * 1024  # bytes of one message
LAST_WORDS, LONGEST_WORD = 20, 300  # lines of what it says on standard error
PATIENCE = 2.0  # seconds between asking it to end and making it
logger = logging.getLogger(__name__)


@dataclass
class Program:
    """What is started, and how it went: `words` are the last lines of its standard error, for an administrator."""

    command: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    folder: Path
    memory: int  # bytes
    box: sandbox.Box | None = None
    words: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_WORDS))
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def transport(self) -> Transport:
        """The started program as the library's client takes it."""
        return _spoken_to(self)


def surroundings(given: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The environment of a program: nothing of ours but where programs lie."""
    plain = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    return {**plain, "TMPDIR": str(folder), **given}


@asynccontextmanager
async def _spoken_to(program: Program) -> AsyncGenerator[Any, None]:
    process = await _started(program)
    inward, read = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    write, outward = anyio.create_memory_object_stream[SessionMessage](0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_hear, process, inward, program.ended)
        tasks.start_soon(_say, process, outward)
        tasks.start_soon(_listen_to_complaints, process, program)
        try:
            yield read, write
        finally:
            with anyio.CancelScope(shield=True):
                await _end(process)
            tasks.cancel_scope.cancel()
    for stream in (inward, read, write, outward):
        stream.close()


async def _started(program: Program) -> asyncio.subprocess.Process:
    found = shutil.which(program.command, path=program.environment.get("PATH"))
    if found is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    program.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return await asyncio.create_subprocess_exec(
        *sandbox.command([found, *program.arguments], program.memory, program.box),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=dict(program.environment),
        cwd=program.folder,
        start_new_session=True,
        preexec_fn=die_with_parent(),
        limit=LONGEST_LINE,
    )


async def _hear(process: asyncio.subprocess.Process, inward: Any, ended: asyncio.Event) -> None:
    """Hands on what it says, message by message. When it says no more the connection is over, for all who wait."""
    assert process.stdout  # noqa: S101  a pipe was asked for
    async with inward:
        try:
            while line := await process.stdout.readline():
                with suppress(ValueError):  # not a message: some programs print other things as well
                    await inward.send(SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False)))
        except ValueError:
            logger.warning("An MCP server sent a message of more than %d bytes; it is ended", LONGEST_LINE)
            _signal(process, signal.SIGKILL)
        except (anyio.ClosedResourceError, anyio.BrokenResourceError):
            pass
        finally:
            ended.set()


async def _say(process: asyncio.subprocess.Process, outward: Any) -> None:
    assert process.stdin  # noqa: S101
    with suppress(OSError, anyio.ClosedResourceError, anyio.BrokenResourceError):
        async with outward:
            async for each in outward:
                text = each.message.model_dump_json(by_alias=True, exclude_unset=True)
                process.stdin.write(f"{text}\n".encode())
                await process.stdin.drain()


async def _listen_to_complaints(process: asyncio.subprocess.Process, program: Program) -> None:
    assert process.stderr  # noqa: S101
    while True:
        try:
            line = await process.stderr.readline()
        except ValueError:
            continue
        if not line:
            return
        program.words.append(line.decode("utf-8", "replace").strip()[:LONGEST_WORD])


async def _end(process: asyncio.subprocess.Process) -> None:
    """As the protocol has it: its input ends, then it is asked, then it is killed, with all that it started."""
    if process.stdin:
        process.stdin.close()
    for how in (None, signal.SIGTERM, signal.SIGKILL):
        if how is not None:
            _signal(process, how)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await process.wait()
                break
    _signal(process, signal.SIGKILL)  # what it started may still be there


def _signal(process: asyncio.subprocess.Process, how: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, how)
