"""The command line: `python -m genre_core train | evaluate | import | runs`."""
