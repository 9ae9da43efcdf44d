"""What llama.cpp is compiled with for a graphics processor: `make run GPU=cuda`, `metal` or `vulkan`."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

NONE = "none"


@dataclass(frozen=True)
class Gpu:
    """`missing` says what the machine lacks to compile for it, and where that comes from; nothing where it is ready."""

    cmake: str
    missing: Callable[[], str]


def _cuda() -> str:
    places = [os.environ.get("CUDACXX"), shutil.which("nvcc"), *_cuda_folders()]
    if any(place and Path(place).is_file() for place in places):
        return ""
    return (
        "there is no CUDA compiler (nvcc). Install NVIDIA's CUDA toolkit and put its bin folder on the path, or set "
        "CUDACXX to nvcc's path. The driver alone is not enough"
    )


def _cuda_folders() -> list[str]:
    roots = [os.environ.get("CUDA_HOME"), os.environ.get("CUDA_PATH"), "/usr/local/cuda"]
    return [str(Path(root, "bin", "nvcc")) for root in roots if root]


def _metal() -> str:
    if platform.system() != "Darwin":
        return "Metal is Apple's: it exists only on macOS"
    return "" if shutil.which("xcrun") else "Apple's command line tools are missing: xcode-select --install"


def _vulkan() -> str:
    shaders = "" if shutil.which("glslc") else "the shader compiler glslc"
    headers = "" if any(map(_has_vulkan_headers, _include_folders())) else "Vulkan's headers"
    missing = " and ".join(word for word in (shaders, headers) if word)
    packages = "Debian, Ubuntu: apt install glslc libvulkan-dev; or install the Vulkan SDK and source its setup-env.sh"
    return f"{missing} cannot be found. {packages}" if missing else ""


def _include_folders() -> list[Path]:
    sdk = os.environ.get("VULKAN_SDK")
    return [
        *([Path(sdk, "include"), Path(sdk, "Include")] if sdk else []),
        Path("/usr/include"),
        Path("/usr/local/include"),
    ]


def _has_vulkan_headers(folder: Path) -> bool:
    return (folder / "vulkan" / "vulkan.h").is_file()


KINDS = {
    NONE: Gpu("", lambda: ""),
    "cuda": Gpu("-DGGML_CUDA=ON", _cuda),
    "metal": Gpu("-DGGML_METAL=ON", _metal),
    "vulkan": Gpu("-DGGML_VULKAN=ON", _vulkan),
}


def wanted(record: Path) -> str:
    """What `GPU` asks for; where it is not set, what was built last: a later `make run` keeps it."""
    asked = os.environ.get("GPU", "").strip().lower()
    if asked:
        return NONE if asked in {"cpu", "off", "0"} else asked
    try:
        return str(json.loads(record.read_text(encoding="utf-8")).get("gpu", NONE))
    except (OSError, ValueError, AttributeError):
        return NONE


def trouble(kind: str) -> str:
    """Why it cannot be compiled for this kind here, in a sentence; nothing where it can."""
    if kind not in KINDS:
        return f"GPU={kind} is not known; it can be {', '.join(KINDS)}."
    missing = KINDS[kind].missing()
    return f"GPU={kind}: {missing}." if missing else ""
