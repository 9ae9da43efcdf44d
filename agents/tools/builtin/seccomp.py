"""What the kernel refuses to a sandboxed program, as bubblewrap takes it: no other processes, and nothing that other
sandboxes were left by. A filter in the kernel's own small language (classic BPF), a line an instruction."""

import platform
import struct
from dataclasses import dataclass

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # offsets of the call's description
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = 1, 38
CLONE_THREAD = 0x00010000
FOREIGN = 0x40000000  # calls of another set (x32) begin here


@dataclass(frozen=True)
class Processor:
    """`clone` is allowed for threads only; programs told that there is no `clone3` use `clone`. `refused`: fork, vfork,
    mount, ptrace, setns, unshare, bpf, keys, perf events, user faults, io_uring, others' memory, kernels."""

    audit: int
    clone: int
    clone3: int
    refused: tuple[int, ...]


PROCESSORS = {
    "x86_64": Processor(
        0xC000003E,
        56,
        435,
        (57, 58, 165, 101, 308, 272, 321, 248, 249, 250, 298, 323, 425, 310, 311, 246, 320, 429, 430, 442),
    ),
    "aarch64": Processor(
        0xC00000B7, 220, 435, (40, 117, 268, 97, 280, 217, 218, 219, 241, 282, 425, 270, 271, 104, 294, 429, 430, 442)
    ),
}


def program(machine: str = "") -> bytes | None:
    """The filter for this processor; None where we know none."""
    found = PROCESSORS.get(machine or platform.machine())
    return _written(found) if found else None


def _written(processor: Processor) -> bytes:
    lines = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, processor.audit),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, FOREIGN),
        (RETURN, 0, 0, ERROR | EPERM),
        (EQUAL, 0, 1, processor.clone3),
        (RETURN, 0, 0, ERROR | ENOSYS),
        *(line for number in processor.refused for line in ((EQUAL, 0, 1, number), (RETURN, 0, 0, ERROR | EPERM))),
        (EQUAL, 0, 3, processor.clone),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (ANY_BIT, 1, 0, CLONE_THREAD),
        (RETURN, 0, 0, ERROR | EPERM),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
