"""Python that a model wrote: it computes, and can neither leave its box nor eat the machine."""

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.tools.builtin import python, seccomp
from agents.tools.models import Operation
from agents.tools.types import Result, ToolError

Call = Callable[..., Result]
boxed = pytest.mark.skipif(python.bubblewrap() is None, reason="bubblewrap is not installed here")


@pytest.fixture
def on(db: None) -> None:
    """An administrator has switched it on."""
    Operation.objects.filter(name="run_python").update(enabled=True)


def failed(call: Call, code: str) -> str:
    with pytest.raises(ToolError) as told:
        call("run_python", {"code": code})
    return str(told.value)


def test_it_is_off_until_somebody_switches_it_on(call: Call) -> None:
    assert "not available" in failed(call, "print(1)")


@pytest.mark.usefixtures("on")
def test_without_bubblewrap_nothing_runs(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python, "bubblewrap", lambda: None)
    assert "bubblewrap is not installed" in failed(call, "print(1)")


@pytest.mark.usefixtures("on")
def test_on_a_processor_that_the_filter_does_not_know_nothing_runs(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python, "bubblewrap", lambda: "/bin/true")
    monkeypatch.setattr(seccomp.platform, "machine", lambda: "riscv64")
    assert "does not know this processor" in failed(call, "print(1)")


def test_the_filter_is_whole_instructions_that_jump_nowhere_else() -> None:
    for machine in seccomp.PROCESSORS:
        program = seccomp.program(machine)
        assert program is not None
        lines = [program[at : at + 8] for at in range(0, len(program), 8)]
        assert len(program) % 8 == 0
        for place, line in enumerate(lines):
            if line[0] & 0x07 == 0x05:  # a jump
                assert place + 1 + max(line[2], line[3]) < len(lines)
    assert seccomp.program("riscv64") is None


@boxed
@pytest.mark.usefixtures("on")
def test_it_computes_and_shows_what_went_wrong(call: Call) -> None:
    code = "import statistics, json, decimal, datetime\nprint(json.dumps(statistics.mean([1, 2, 3])), '台北')"
    assert call("run_python", {"code": code}).text == "2 台北"
    assert "ZeroDivisionError" in failed(call, "1 / 0")
    assert "wrote nothing" in call("run_python", {"code": "x = 1"}).text
    written = "open('/sandbox/a.txt', 'w').write('kept')\nprint(open('/sandbox/a.txt').read())"
    assert call("run_python", {"code": written}).text == "kept"
    # Each run has a folder of its own.
    assert "FileNotFoundError" in failed(call, "print(open('/sandbox/a.txt').read())")


@boxed
@pytest.mark.usefixtures("on")
@pytest.mark.parametrize(
    "code",
    [
        "open('/etc/passwd').read()",
        "open('/proc/1/environ').read().index('PATH=/')",
        "open({home!r} + '/secret').read()",
        "import os; os.listdir({home!r})",
        "import os; os.listdir('/home')",
        "open('/proc/1/root/etc/passwd').read()",
        "open('/x', 'w')",
        "open('/dev/shm/x', 'w')",
        "open('/usr/lib/x', 'w')",
        "open('/sandbox/main.py', 'a')",
        "import os; os.fork()",
        "import subprocess; subprocess.run(['/bin/sh', '-c', 'true'])",
        "import os; os.posix_spawn('/bin/sh', ['sh'], {{}})",
        "import multiprocessing as m; m.Process(target=print).start()",
        "import os; os.setuid(0)",
        "import os; os.chroot('/sandbox')",
        "import ctypes; assert ctypes.CDLL(None, use_errno=True).unshare(0x10000000) == 0",
        "import ctypes; assert ctypes.CDLL(None, use_errno=True).mount(b'x', b'/tmp', b'tmpfs', 0, 0) == 0",
        "import ctypes; assert ctypes.CDLL(None, use_errno=True).ptrace(16, 1, 0, 0) == 0",
        "import socket; socket.create_connection(('127.0.0.1', {port}), 2)",
        "import socket; socket.create_connection(('1.1.1.1', 53), 2)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:{port}', timeout=2)",
        "import socket; s = socket.socket(socket.AF_UNIX); s.connect({unix!r})",
        "import socket; s = socket.socket(socket.AF_UNIX); s.connect(chr(0) + {abstract!r})",
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40))",
        "import django",
        "import agents",
    ],
)
def test_ways_out(call: Call, tmp_path: Path, code: str) -> None:
    (tmp_path / "secret").write_text("TOP-SECRET")
    abstract = f"quarry-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as hidden:
        hidden.bind("\0" + abstract)
        hidden.listen()
        with socket.socket(socket.AF_UNIX) as named:
            named.bind(str(tmp_path / "socket"))
            named.listen()
            port, unix = server.getsockname()[1], str(tmp_path / "socket")
            said = failed(call, code.format(home=str(tmp_path), port=port, unix=unix, abstract=abstract))
    assert "The program failed." in said
    assert "TOP-SECRET" not in said


@boxed
@pytest.mark.usefixtures("on")
def test_no_secret_of_the_worker_is_in_there(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUARRY_SECRET_KEY", "TOP-SECRET")
    code = "import os; print(dict(os.environ), os.listdir('/'), os.listdir('/sandbox'), os.getuid(), os.getpid())"
    text = call("run_python", {"code": code}).text
    assert "TOP-SECRET" not in text
    assert "QUARRY" not in text
    assert "['main.py'] 65534 2" in text


@boxed
@pytest.mark.usefixtures("on")
@pytest.mark.parametrize(
    "code",
    [
        "x = bytearray(10**10)",
        "x = []\nwhile True: x.append(' ' * 10**7)",
        "open('/sandbox/x', 'w').write('a' * 10**8)",
        "for n in range(9): open(f'/tmp/{n}', 'w').write('a' * 5 * 10**6)",
        "x = [open('/sandbox/main.py') for _ in range(1000)]",
        "import sys\nwhile True: sys.stdout.write('a' * 10**6)",
    ],
)
def test_what_eats_is_stopped(call: Call, code: str) -> None:
    started = time.monotonic()
    assert "failed" in failed(call, code)
    assert time.monotonic() - started < 20


@boxed
@pytest.mark.usefixtures("on")
def test_what_never_ends_is_ended_with_all_that_it_started(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python, "SECONDS", 2.0)
    assert "took too long" in failed(call, "import time\ntime.sleep(60)")
    until = time.monotonic() + 5
    while _running() and time.monotonic() < until:
        time.sleep(0.05)
    assert _running() == []


@boxed
@pytest.mark.usefixtures("on")
def test_much_output_is_cut(call: Call) -> None:
    text = call("run_python", {"code": "print('a' * 10**6)"}).text
    assert len(text) < 11_000
    assert "left out" in text


def _running() -> list[Path]:
    """The programs in any sandbox."""
    return [path for path in Path("/proc").glob("[0-9]*/cmdline") if b"/sandbox/main.py" in _read(path)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
