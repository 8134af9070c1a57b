"""Train, evaluate and import from a terminal: `python -m genre_core --help`."""

import sys

from genre_core.terminal.main import main

if __name__ == "__main__":
    sys.exit(main())
