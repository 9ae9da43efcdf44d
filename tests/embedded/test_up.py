"""`manage.py up` as a whole: everything starts, what dies comes back, a stop leaves nothing."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from celery import Celery
from quarry.embedded import Place

from .running import REPOSITORY, Running, alive, environment, free_port, until


@pytest.fixture(scope="module")
def folder(services: Place) -> Iterator[Path]:
    folder = services.home / "up"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def quarry(folder: Path) -> Iterator[Running]:
    """One Quarry for all tests that leave it running."""
    running = Running.start(folder / "home", QUARRY_ADMIN_EMAIL="first@example.test")
    try:
        yield running.wait()
    finally:
        running.kill()


def command(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=REPOSITORY,
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_other_commands_find_it_by_its_folder_alone(quarry: Running) -> None:
    done = command(quarry.home, "create_api_key", "first@example.test", "--name", "test")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("qk_")


def test_a_second_start_on_the_folder_is_refused_with_the_reason(quarry: Running) -> None:
    done = command(quarry.home, "up", QUARRY_PORT=str(free_port()))
    assert done.returncode == 1
    assert (
        f"already runs on {quarry.home} (process {quarry.process.pid} at http://127.0.0.1:{quarry.port})" in done.stderr
    )


def test_a_taken_port_that_was_chosen_is_an_error(quarry: Running, folder: Path) -> None:
    done = command(folder / "other", "up", QUARRY_PORT=str(quarry.port))
    assert done.returncode == 1
    assert f"port {quarry.port} on 127.0.0.1 is taken" in done.stderr


@pytest.mark.parametrize(
    "words", ["celery -A quarry.celery worker --loglevel INFO -n ingestion", "uvicorn", "celery beat"]
)
def test_a_killed_process_is_started_again(quarry: Running, words: str) -> None:
    words = words.replace("celery beat", "quarry.celery beat")
    killed = quarry.child(words)
    os.kill(killed, signal.SIGKILL)
    until(lambda: [pid for pid, line in quarry.children().items() if words in line and pid != killed])
    quarry.wait()
    assert "was ended by SIGKILL; starting it again" in quarry.said


def test_killed_postgres_comes_back_with_its_data(quarry: Running) -> None:
    url = Place.of(quarry.home).addresses.database
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    os.kill(quarry.child("/postgres -D"), signal.SIGKILL)
    until(lambda: "PostgreSQL answers again" in quarry.said)
    until(quarry.works)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_killed_valkey_comes_back_and_the_workers_find_it(quarry: Running) -> None:
    os.kill(quarry.child("valkey-server"), signal.SIGKILL)
    until(lambda: "Valkey answers again" in quarry.said)
    until(quarry.works)
    # The worker has no model here, so it refuses; but it must have taken the task, over a new connection.
    sent = probe(quarry.home).send_task("quarry.embed", (["x"], "query", None), queue="embed")
    until(sent.ready, 20, "no worker took the task")


def probe(home: Path) -> Celery:
    socket = Place.of(home).valkey_socket
    urls = [f"redis+socket://{socket}?virtual_host={number}" for number in (0, 3)]
    return Celery("probe", broker=urls[0], backend=urls[1])


def told_of_the_calculator(home: Path, text: str = "") -> str:
    """What models are told of the built-in calculator; first it becomes `text`, if there is one."""
    with psycopg.connect(Place.of(home).addresses.database) as database:
        if text:
            database.execute("UPDATE tools_operation SET description = %s WHERE function = 'calculate'", [text])
        found = database.execute("SELECT description FROM tools_operation WHERE function = 'calculate'").fetchone()
    return str(found[0]) if found else ""


def test_ctrl_c_stops_everything_in_order_and_the_data_is_there_at_the_next_start(folder: Path) -> None:
    home = folder / "again"
    first = Running.start(home).wait()
    assert "password: " not in first.said  # shown with the address, when all is ready, or at the end
    ours = told_of_the_calculator(home)
    told_of_the_calculator(home, "as an older Quarry had it")
    children = first.children()
    assert len(children) >= 7
    assert first.stop(signal.SIGINT) == 0, first.said
    assert not alive(children)
    assert "First sign-in: admin@quarry.local   password: " in first.said
    second = Running.start(home).wait()
    assert told_of_the_calculator(home) == ours, "what comes with the code is the code's, also where nothing migrates"
    assert second.stop(signal.SIGTERM) == 0
    assert "First sign-in" not in second.said
    assert "migrations" not in second.said


def test_nothing_outlives_a_killed_supervisor_and_the_folder_is_free_again(folder: Path) -> None:
    home = folder / "killed"
    first = Running.start(home).wait()
    children = first.children()
    first.kill()
    until(lambda: not alive(children), 20, str(alive(children)))
    second = Running.start(home).wait()
    assert second.stop() == 0


def test_a_second_ctrl_c_forces_the_end(folder: Path) -> None:
    running = Running.start(folder / "forced").wait()
    children = running.children()
    ingestion = running.child("-n ingestion")
    os.kill(ingestion, signal.SIGSTOP)  # a worker that does not end by itself
    os.killpg(running.process.pid, signal.SIGINT)
    until(lambda: "stopping" in running.said)
    with pytest.raises(subprocess.TimeoutExpired):
        running.process.wait(2)
    assert running.stop() == 0
    assert not alive(children)


def test_ctrl_c_during_the_start_leaves_nothing(folder: Path) -> None:
    running = Running.start(folder / "early")
    until(lambda: running.children())
    children = running.children()
    assert running.stop() == 0
    assert not alive(children)


def test_the_default_port_moves_on_when_it_is_taken(folder: Path) -> None:
    from quarry.embedded import web_socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        default = taken.getsockname()[1]
        found, note = bind_with_default(default)
        with found:
            assert found.getsockname()[1] > default
            assert note == f"port {default} is taken by another program; using {found.getsockname()[1]}"
            with pytest.raises(web_socket.NoAddress, match="is taken by another program; set QUARRY_PORT"):
                web_socket.bind({"QUARRY_PORT": str(default)})


def bind_with_default(port: int) -> tuple[socket.socket, str]:
    from quarry.embedded import web_socket

    usual, web_socket.DEFAULT_PORT = web_socket.DEFAULT_PORT, port
    try:
        return web_socket.bind({})
    finally:
        web_socket.DEFAULT_PORT = usual


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    from quarry.embedded import web_socket

    with pytest.raises(web_socket.NoAddress, match="is not a port number"):
        web_socket.bind({"QUARRY_PORT": port})


def test_a_folder_that_the_servers_account_cannot_enter(folder: Path) -> None:
    """As root, its servers keep their data elsewhere; everything else works as usual."""
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    running = Running.start(closed / "home")
    try:
        running.wait()
        until(lambda: list(running.home.glob("run/beat-schedule*")), 30, running.said)
        assert "ended with code" not in running.said
        assert running.stop() == 0
    finally:
        running.kill()
        data = Place.of(running.home).data
        if data != running.home:
            shutil.rmtree(data)
