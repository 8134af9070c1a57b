"""Train, evaluate and import from a terminal: `python -m genre_core --help`."""

import io
import sys

from genre_core.terminal.main import main

if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        # A terminal in an old encoding shows ? for ± rather than nothing at all.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(main())
