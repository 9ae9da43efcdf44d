"""The build of llama.cpp: the mended intrinsic, the order of attempts, and the proof. Nothing is compiled at length."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "infra" / "llama"
TILE = """
#include <immintrin.h>
#include <string.h>
void configure(int rows) {
    unsigned char config[64];
    memset(config, 0, 64);
    config[0] = 1;
    config[48] = rows;
    _tile_loadconfig(config);
}
"""
GCC = shutil.which("gcc")
KNOWS_AMX = (
    bool(GCC)
    and not subprocess.run(
        [str(GCC), "-mamx-tile", "-x", "c", "-fsyntax-only", "-"], input=b"", capture_output=True, check=False
    ).returncode
)


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("quarry_llama_build", FOLDER / "build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # its dataclasses look there
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "RECORD", tmp_path / "record.json")
    monkeypatch.setattr(module, "LOG", tmp_path / "build.log")
    monkeypatch.delenv("GPU", raising=False)
    return module


def assembly(*flags: str) -> str:
    command = [str(GCC), "-O2", "-mamx-tile", *flags, "-x", "c", "-S", "-o", "-", "-"]
    return subprocess.run(command, input=TILE, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(not KNOWS_AMX, reason="this compiler knows no AMX")
def test_the_fault_is_there_without_the_header_in_gcc_12() -> None:
    """What crashes: the store of `rows` is gone. A compiler without the fault needs no header, and bears it."""
    if "12." not in subprocess.run([str(GCC), "-dumpfullversion"], capture_output=True, text=True, check=True).stdout:
        pytest.skip("only GCC 12 is known to drop it")
    assert "movb\t%dil" not in assembly()


@pytest.mark.skipif(not KNOWS_AMX, reason="this compiler knows no AMX")
def test_the_header_keeps_every_store_to_the_configuration() -> None:
    mended = assembly("-include", str(FOLDER / "amx.h"))
    assert "ldtilecfg" in mended
    assert "movb\t%dil" in mended, "the store of `rows`, 48 bytes behind the beginning, is kept"


def test_the_header_changes_nothing_without_amx(tmp_path: Path) -> None:
    source = tmp_path / "plain.c"
    source.write_text("int answer(void) { return 42; }\n")
    command = ["cc", "-E", "-P", "-include", str(FOLDER / "amx.h"), str(source)]
    assert (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == source.read_text().strip()
    )


def test_it_decodes_here(build: ModuleType) -> None:
    assert build.prove().decodes


def test_from_the_fastest_to_the_safest(build: ModuleType) -> None:
    fast, without, generic = build.plans(x86=True)
    assert "amx.h" in fast.flags
    assert without.flags == "-mno-amx-tile -mno-amx-int8 -mno-amx-bf16"
    assert generic.cmake == "-DGGML_NATIVE=OFF"
    assert [plan.flags for plan in build.plans(x86=False)] == ["", ""]


def test_a_crash_leads_to_the_next_build(build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    compiled: list[str] = []
    proofs = iter([build.Proof(False, False, "a segmentation fault"), build.Proof(True, False)])
    monkeypatch.setattr(build, "installed_version", lambda: None)
    monkeypatch.setattr(build, "is_x86", lambda: True)
    monkeypatch.setattr(build, "compile_with", lambda plan, *_: compiled.append(plan.name) or True)
    monkeypatch.setattr(build, "prove", lambda: next(proofs))
    assert build.main() == 0
    assert compiled == ["for this processor", "for this processor, without AMX"]
    said = capsys.readouterr().out
    assert "compiled for this processor, crashes when it decodes: a segmentation fault" in said
    assert json.loads(build.RECORD.read_text())["build"] == "for this processor, without AMX"


def test_what_crashes_is_told_by_its_signal(build: ModuleType) -> None:
    assert build.prove(lambda way: (-11, "")).reason == "a segmentation fault"
    assert build.prove(lambda way: (0, "decoded") if way == "plain" else (-4, "")) == build.Proof(True, False)


def test_what_was_proven_is_not_proven_again(build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    version = build.wanted_version()
    monkeypatch.setattr(build, "installed_version", lambda: version)
    build.done(version, "found installed", build.Proof(True, True))
    monkeypatch.setattr(build, "prove", lambda: pytest.fail("proven again"))
    assert build.main() == 0
    assert "was seen to decode" in capsys.readouterr().out
    monkeypatch.setattr(build, "processor", lambda: "another")
    assert not build.recorded(version, "none")


def test_a_failing_compiler_shows_the_end_of_its_log(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    failing = [sys.executable, "-c", "import sys; print('fatal error: no such thing'); sys.exit(1)"]
    monkeypatch.setattr(build, "install_command", lambda version: failing)
    monkeypatch.setattr(build, "installed_version", lambda: None)
    assert not build.compile_with(build.plans(x86=True)[0], "1.0", "none")
    assert "fatal error: no such thing" in capsys.readouterr().out


def test_the_way_it_is_compiled(build: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CFLAGS", "-g")
    monkeypatch.setenv("CMAKE_BUILD_PARALLEL_LEVEL", "7")
    variables = build.environment(build.plans(x86=True)[0], "none")
    assert variables["CFLAGS"] == f'-g -include "{FOLDER / "amx.h"}"'
    assert variables["CMAKE_BUILD_PARALLEL_LEVEL"] == "7"
    command = build.install_command("0.3.36")
    assert "--no-cache-dir" in command
    assert "--no-binary=llama-cpp-python" in command


def test_progress_is_said_in_minutes_and_files(build: ModuleType) -> None:
    assert build.progress_line(80, []) == "Compiling llama.cpp... 1:20"
    lines = ["  [44/210] Building C object", "  [45/210] Building CXX object", "other"]
    assert build.progress_line(80.9, lines) == "Compiling llama.cpp... 1:20 (45 of 210 files)"


# -- for a graphics processor ------------------------------------------------------------------------------------------


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without any toolchain for graphics processors; the folder is its whole path."""
    for name in ("CUDA_HOME", "CUDA_PATH", "CUDACXX", "VULKAN_SDK"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_a_missing_toolchain_is_named_before_anything_is_compiled(
    build: ModuleType, bare: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setattr(build, "compile_with", lambda *_: pytest.fail("compiled"))
    monkeypatch.setattr(build.gpu, "_cuda_folders", list)
    monkeypatch.setattr(build.gpu, "_include_folders", list)
    for kind, words in {
        "cuda": "no CUDA compiler (nvcc)",
        "vulkan": "shader compiler glslc and Vulkan's headers",
        "metal": "only on macOS" if sys.platform != "darwin" else "xcode-select --install",
        "npu": "is not known; it can be none, cuda, metal, vulkan",
    }.items():
        monkeypatch.setenv("GPU", kind)
        assert build.main() == 1
        assert words in capsys.readouterr().out


def test_it_is_compiled_for_the_graphics_processor_and_remembers_it(
    build: ModuleType, bare: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    nvcc = bare / "nvcc"
    nvcc.touch(0o755)
    monkeypatch.setenv("GPU", "CUDA")
    seen: list[dict[str, str]] = []
    monkeypatch.setattr(build, "compile_with", lambda plan, _, kind: seen.append(build.environment(plan, kind)) or True)
    monkeypatch.setattr(build, "prove", lambda: build.Proof(True, False, offloads=True))
    assert build.main() == 0
    assert "-DGGML_CUDA=ON" in seen[0]["CMAKE_ARGS"].split()
    assert "Compiled with GPU=cuda: its weights go to the graphics processor" in capsys.readouterr().out
    assert json.loads(build.RECORD.read_text())["gpu"] == "cuda"
    monkeypatch.delenv("GPU")
    monkeypatch.setattr(build, "compile_with", lambda *_: pytest.fail("compiled again"))
    assert build.main() == 0, "a later call without GPU keeps it"
    monkeypatch.setenv("GPU", "none")
    monkeypatch.setattr(build, "compile_with", lambda plan, _, kind: seen.append(build.environment(plan, kind)) or True)
    assert build.main() == 0
    assert "-DGGML_CUDA=ON" not in seen[1]["CMAKE_ARGS"]
    assert json.loads(build.RECORD.read_text())["gpu"] == "none"
