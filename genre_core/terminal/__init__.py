"""The command line: `python -m genre_core train | lens | evaluate | limit | import | runs`."""
