"""llama.cpp's own server, in a process of its own: `python llama_server.py GGUF PORT`."""

from __future__ import annotations

import sys
import threading

import xllamacpp


def main(path: str, port: int) -> None:
    """Serves until it is killed."""
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.hostnames, params.port = ["127.0.0.1"], port
    params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 1024, 1, 1
    params.warmup = False
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
