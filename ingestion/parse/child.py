"""The process that parses one file: `python -m ingestion.parse.child FILE NAME RESULT LIMITS`.

It holds no secret, no connection and no Django. Before it looks at the file it gives up what it does not need: memory
and time beyond the limits, core dumps, the network, and any hope to outlive its parent.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path

OUT_OF_MEMORY = 70
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def main(file: str, name: str, result: str, limits: str) -> None:
    """Parse and write the result; the exit status tells of what cannot be written down."""
    confine(**json.loads(limits))
    try:
        Path(result).write_text(json.dumps(_answer(file, name)), encoding="utf-8")
    except MemoryError:  # wherever: libraries that are imported late need some, and so does the result
        os._exit(OUT_OF_MEMORY)


def _answer(file: str, name: str) -> dict[str, object]:
    from ingestion.parse import ParseError, parse

    try:
        return {"parsed": parse(Path(file).read_bytes(), name).as_dict()}
    except ParseError as error:
        return {"error": str(error)}


def confine(memory: int, cpu: int, output: int, parent: int) -> None:
    """Take on the limits, for good."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it: the end would not tell what the matter was
    os.nice(10)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # An empty network of its own; where the kernel does not allow that, the other limits still hold.
        libc.unshare(_CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWUSER | _CLONE_NEWNET)
    if os.getppid() != parent:  # it died before it could take us along
        os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
