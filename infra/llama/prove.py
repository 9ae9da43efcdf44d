"""Decodes with llama.cpp: a library that loads is not yet one that decodes. Run in a process of its own, it may crash.

    python infra/llama/prove.py plain|repacked     ("repacked": with the weights rearranged for this processor)

Says "decoded" and ends with 0 when it did. The tiny model is quantised: it is the quantised kernels that are tried.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "platform"))

from quarry.runtime import Params, tiny
from quarry.runtime.engine.engine import Engine
from quarry.runtime.engine.job import End, Job
from quarry.runtime.engine.options import Options

PROMPT = 600  # more than one micro-batch
ANSWER = 20


def main() -> int:
    repacked = sys.argv[1:] == ["repacked"]
    with tempfile.TemporaryDirectory() as folder:
        options = Options(context=1024, threads=2, chunk=512, extra_buffers=repacked)
        engine = Engine(tiny.write(Path(folder) / "tiny.gguf"), options)
        tokens = [1 + i % 250 for i in range(PROMPT)]
        messages = list(engine.answer(Job(tokens, Params(max_tokens=ANSWER))))
        offloaded = engine.model.offloaded
        engine.close()
    end = messages[-1]
    if not isinstance(end, End) or end.usage.completion_tokens != ANSWER:
        print(f"did not decode: {end}")
        return 1
    print("decoded on the graphics processor" if offloaded else "decoded")
    return 0


if __name__ == "__main__":
    sys.exit(main())
