"""The process that parses: what it may use up, what it knows, and that nothing of it stays behind."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ingestion import sandbox
from ingestion.parse import ParseError
from ingestion.parse.child import OUT_OF_MEMORY
from ingestion.sandbox import Limits, ParseCancelled, explanation, parse_file
from tests.ingestion.making import pdf, word


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "0123abcd"
    place.write_bytes("員工請假應於三日前提出。".encode())
    return place


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Runs lines of Python, after the real limits were taken on, where the parser would run."""
    lines: list[str] = []

    def command(file: Path, filename: str, result: Path, limits: Limits) -> list[str]:
        facts = {"memory": limits.memory, "cpu": limits.cpu, "output": limits.output, "parent": os.getpid()}
        head = ["from ingestion.parse.child import *", f"confine(**{facts})", f"result = {str(result)!r}"]
        return [sys.executable, "-s", "-c", "\n".join([*head, *lines])]

    monkeypatch.setattr(sandbox, "_command", command)
    return lines


def test_a_result_crosses_the_process_boundary_whole(file: Path) -> None:
    parsed = parse_file(file, "請假 'quoted'; $(x).txt")
    assert (parsed.text, parsed.language) == ("員工請假應於三日前提出。", "zh-Hant")
    file.write_bytes(word("# Title", "Text."))
    parsed = parse_file(file, "a.docx")
    assert (parsed.headings[0].title, parsed.blocks[1].kind) == ("Title", "paragraph")
    file.write_bytes(pdf(["Page one"], ["Page two"]))
    assert [page.page for page in parse_file(file, "--help").pages] == [1, 2]


def test_an_error_is_the_parsers_sentence(file: Path) -> None:
    file.write_bytes(b"")
    with pytest.raises(ParseError, match="empty"):
        parse_file(file, "a.txt")


def test_a_missing_file_is_not_the_documents_fault(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        parse_file(tmp_path / "nothing", "a.txt")


@pytest.mark.parametrize(
    ("line", "limits", "sentence"),
    [
        ("while True: pass", Limits(cpu=1, wall=30), r"took too long to read and was given up \(limit: 1 s\)"),
        ("import time; time.sleep(60)", Limits(wall=1), "took too long"),
        (
            "os._exit(OUT_OF_MEMORY)",
            Limits(memory=1024**3),
            r"needs more memory to be read than is allowed \(1,024 MB\)",
        ),
        ("import ctypes; ctypes.string_at(0)", Limits(), "made its parser crash; it is probably damaged"),
        ("import os; os.abort()", Limits(), "needs more memory"),
        ("import os; os.kill(os.getpid(), 9)", Limits(), r"needs more memory to be read than is allowed \(3,072 MB\)"),
        ("open(result, 'wb').write(bytes(20_000_000))", Limits(output=1_000_000), "holds too much text"),
        ("raise SystemExit(3)", Limits(), "made its parser crash"),
    ],
)
def test_whatever_happens_inside_is_one_sentence(
    line: str, limits: Limits, sentence: str, file: Path, program: list[str]
) -> None:
    program.append(line)
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(ParseError, match=sentence):
        parse_file(file, "a.txt", limits)
    assert resource.getrlimit(resource.RLIMIT_AS) == before, "the worker itself is not limited"


def test_memory_hunger_in_the_real_parser_is_named(file: Path) -> None:
    file.write_bytes(("中" * 3_000_000).encode())
    with pytest.raises(ParseError, match=r"needs more memory to be read than is allowed \(60 MB\)"):
        parse_file(file, "a.txt", Limits(memory=60 * 1024**2))


def test_a_call_that_is_not_wanted_any_more_ends_at_once(file: Path, program: list[str]) -> None:
    program.append("import time; time.sleep(60)")
    enough = threading.Event()
    threading.Timer(0.5, enough.set).start()
    began = time.monotonic()
    with pytest.raises(ParseCancelled):
        parse_file(file, "a.txt", cancelled=enough.is_set)
    assert time.monotonic() - began < 10


def test_nothing_stays_behind(file: Path, program: list[str], tmp_path: Path) -> None:
    """Neither the child's own children nor its folder."""
    note = tmp_path / "grandchild"
    program.append(
        f"import subprocess; child = subprocess.Popen(['sleep', '600']); open({str(note)!r}, 'w').write(str(child.pid))"
    )
    program.append("import time; time.sleep(600)")
    with pytest.raises(ParseError, match="too long"):
        parse_file(file, "a.txt", Limits(wall=3))
    grandchild = int(note.read_text())
    deadline = time.monotonic() + 5
    while Path(f"/proc/{grandchild}").exists() and time.monotonic() < deadline:
        if Path(f"/proc/{grandchild}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            break
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{grandchild}").exists()


def test_the_parser_dies_with_its_worker(tmp_path: Path, repository: Path) -> None:
    """kill -9 on the worker leaves no parser that nobody waits for."""
    slow, note = tmp_path / "file", tmp_path / "pid"
    slow.write_bytes(b"x")
    parser = (
        "import os, sys, time; from ingestion.parse.child import confine;"
        "confine(memory=2**32, cpu=60, output=10**6, parent=int(sys.argv[1]));"
        f"open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    )
    worker = (
        "import os, sys; from pathlib import Path; from ingestion import sandbox\n"
        f"sandbox._command = lambda *rest: [sys.executable, '-c', {parser!r}, str(os.getpid())]\n"
        f"sandbox.parse_file(Path({str(slow)!r}), 'a')"
    )
    process = subprocess.Popen([sys.executable, "-c", worker], cwd=repository, env={**os.environ, "PYTHONPATH": "."})
    deadline = time.monotonic() + 20
    while not (note.exists() and note.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    status = Path("/proc", note.read_text(), "stat")
    deadline = time.monotonic() + 5
    while status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline, "the parser outlived its worker"
        time.sleep(0.05)


def test_no_secret_and_no_network_reach_the_parser(
    file: Path, program: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARRY_SECRET_KEY", "secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    program.append("import os, socket; assert not any('secret' in value for value in os.environ.values())")
    program.append(
        "assert not [name for name in os.environ if name.startswith(('QUARRY', 'DJANGO', 'DATABASE', 'REDIS'))]"
    )
    program.append("assert os.path.samefile(os.getcwd(), os.environ['TMPDIR'])")
    program.append(
        "names = [name for _, name in socket.if_nameindex()]; assert names in (['lo'], []) or os.geteuid(), names"
    )
    program.append("open(result, 'w').write('{\"error\": \"all is well\"}')")
    with pytest.raises(ParseError, match="all is well"):
        parse_file(file, "a.txt")


def test_every_end_has_its_sentence() -> None:
    for status in (None, OUT_OF_MEMORY, 1, *(-number for number in signal.Signals)):
        assert explanation(status, Limits()).startswith("The file ")
        assert explanation(status, Limits()).endswith(".")
