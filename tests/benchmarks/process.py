"""A piece of work in a process of its own: how long it takes, and how much memory it needs at most."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

MEASURE = """
import json, sys, time
from importlib import import_module
from pathlib import Path

def peak():  # not ru_maxrss, which a process inherits from the one that started it
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

module, function, *arguments = sys.argv[1:]
work = getattr(import_module(module), function)
work.__globals__.get("prepare", lambda: None)()
before = peak()
start, start_cpu = time.perf_counter(), time.process_time()
work(*arguments)
print(json.dumps([time.perf_counter() - start, time.process_time() - start_cpu, peak(), before]))
"""


@dataclass(frozen=True)
class Cost:
    """The cost of a piece of work: seconds on the clock and of the processor, MiB at the peak and before it began."""

    seconds: float
    cpu_seconds: float
    peak: float
    before: float


def measured(module: str, function: str, arguments: Sequence[str]) -> Cost:
    """Call a function in a fresh process.

    Where the module has a function `prepare`, it is called first and not measured: it imports what is slow to import.
    """
    command = [sys.executable, "-c", MEASURE, module, function, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Cost(*json.loads(done.stdout.splitlines()[-1]))
