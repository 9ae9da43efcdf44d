"""`make bench`: every benchmark, or those named (`python -m tests.bench search answers`). Each prints a table with
ratios against a baseline measured in the same run; nothing here passes or fails."""

import argparse
import importlib
import os
import platform
from pathlib import Path

# In the order of their cost. Each module has `main()`, which prints its table.
BENCHMARKS = (
    "runtime",
    "prefix",
    "search",
    "ingestion",
    "settings",
    "hybrid",
    "engine",
    "soak",
    "retrieval",
    "support",
    "chat",
    "answers",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="default: all")
    chosen = parser.parse_args().names or BENCHMARKS
    print(f"{platform.machine()}, {os.cpu_count()} cores, {_processor()}, Python {platform.python_version()}")
    for name in chosen:
        print(f"\n== {name}", flush=True)
        importlib.import_module(f"tests.bench.{name}").main()


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown processor")


if __name__ == "__main__":
    main()
