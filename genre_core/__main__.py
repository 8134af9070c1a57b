"""Train, evaluate and import from a terminal: `python -m genre_core --help`."""

import io
import os
import signal
import sys
import threading


def _run() -> int:
    try:
        from genre_core.terminal.main import main

        return main()
    except KeyboardInterrupt:  # before the command began
        return 130


if __name__ == "__main__":
    for library in ("OMP", "MKL", "OPENBLAS"):
        # Threads of small matrix products wait for each other: one does the same in an eighth of the processor's time.
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        # A terminal in an old encoding shows ? for ± rather than nothing at all.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a terminated training ends as Ctrl-C ends it
    status = _run()
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.SIG_IGN)  # it ends already, and as it has said
    if any(thread.name == "worker" for thread in threading.enumerate()):
        # It is deep in torch, which would complain loudly if the interpreter ended under it.
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)
