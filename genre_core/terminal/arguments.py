"""Options that several commands share, and how they are described."""

import argparse
import textwrap
from collections.abc import Collection, Sequence

from genre_core.settings.names import SECTIONS, Setting, all_settings, help_of
from genre_core.settings.presets import OPENING, PRESETS
from genre_core.terminal.usage import Parser

PARTS_SHOWN = ("validation", "test")
_WIDTH = 110


def add_experiment(parser: Parser) -> None:
    """Add what names an experiment: preset, data and settings."""
    parser.epilog = describe_settings()
    add_preset(parser)
    parser.add_argument(
        "--table",
        action="extend",
        nargs="+",
        metavar="FILE",
        help="train on this table (CSV, Parquet, Excel …); several files are joined by their tracks, or stacked",
    )
    parser.add_argument("--fma", metavar="FOLDER", help="train on FMA; give the folder of its metadata, or its hash")
    parser.add_argument(
        "--clips", metavar="FOLDER", help="train on the sound files of this folder, or on a collection by its hash"
    )
    parser.add_argument(
        "--published",
        action="append",
        metavar="SPLIT",
        help="the table's published split; give its folder, its files (train=FILE) or its hash",
    )
    add_reading(parser)
    add_columns(parser)
    add_settings(parser)


def add_preset(parser: Parser) -> None:
    """Add the preset to start from."""
    parser.add_argument(
        "--preset",
        default=OPENING.name,
        choices=tuple(PRESETS),
        metavar="NAME",
        help=f"start from these settings: {', '.join(PRESETS)} (default: {OPENING.name})",
    )


def add_settings(parser: Parser, sections: Collection[str] = tuple(SECTIONS)) -> None:
    """Add every setting of some sections by its dotted name."""
    for name, setting in all_settings().items():
        if setting.section in sections:
            parser.add_argument(f"--{name}", dest=name, help=argparse.SUPPRESS)


def add_columns(parser: Parser) -> None:
    """Add what says what the columns of a table are for."""
    parser.add_argument("--label", metavar="COLUMN", help="the column with the genre (default: found automatically)")
    parser.add_argument("--group", metavar="COLUMN", help="rows with the same value here stay on one side of the split")
    parser.add_argument(
        "--track", metavar="COLUMN", help="the column with the names of the tracks (default: found automatically)"
    )
    parser.add_argument("--leave-out", metavar="COLUMNS", help="columns to leave out, separated by commas")
    parser.add_argument("--take", metavar="COLUMNS", help="columns to use as features in any case, separated by commas")


def add_reading(parser: Parser) -> None:
    """Add what says how a table's file is to be read, where what is found out is not what was meant."""
    said = {
        "--encoding": ("NAME", "how its letters are written, such as windows-1251"),
        "--separator": ("SIGN", "what stands between its columns: , ; | ^ ~ : tab, blank or ctrl-a"),
        "--decimal": ("SIGN", "what stands before decimals: . or ,"),
        "--thousands": ("SIGN", "what may stand between thousands: . , ' blank or none"),
        "--missing": ("TEXTS", "further texts that mean a missing value, separated by commas, such as --missing=-1,x"),
    }
    for option, (metavar, help) in said.items():
        parser.add_argument(option, metavar=metavar, default="", help=f"{help} (default: found automatically)")
    help = "the number of the row with the names of the columns, 0 where there is none (default: found automatically)"
    rows = "keep rows that do not fit: ragged ones, cut or filled, and those of joined files that the other lacks"
    parser.add_argument("--keep-rows", action="store_true", help=rows)
    parser.add_argument("--header", type=int, default=-1, metavar="ROW", help=help)


def add_part(parser: Parser, help: str, about: str, choices: Sequence[str] = PARTS_SHOWN) -> None:
    """Add which part of the data is shown, by default validation; `about` says what that does to the test part."""
    said = f"{help} (default: validation); {about}"
    parser.add_argument("--part", choices=choices, default="validation", help=said)


def add_number(parser: Parser, option: str, metavar: str, default: int, help: str) -> None:
    """Add a number from 1 on."""
    parser.add_argument(option, type=from_one, default=default, metavar=metavar, help=f"{help} (default: {default})")


def add_workers(parser: Parser) -> None:
    """Add among how many processes the work is shared."""
    add_number(parser, "--workers", "N", 1, "how many processes share the work")


def add_runs(parser: Parser) -> None:
    """Add the stored runs that a command is about."""
    parser.add_argument("runs", metavar="RUN", nargs="+", help="identifiers or names, as `runs` lists them")


def add_name(parser: Parser, what: str) -> None:
    """Add the name of what comes of a command."""
    parser.add_argument("--name", default="", help=f"a name for the {what} in the list of runs")


def add_right_about(parser: Parser) -> None:
    """Add what the genres are judged by."""
    parser.add_argument(
        "--right-about",
        choices=("labels", "true"),
        default="labels",
        help="if some labels are wrong: judge by the labels (default) or by the true genres",
    )


def add_by(parser: Parser) -> None:
    """Add whether tracks or their segments are judged."""
    parser.add_argument(
        "--by",
        choices=("row", "track"),
        default="track",
        help="where rows are segments of tracks: judge each track by the mean log-probability of its segments "
        "(default), or each segment by itself",
    )


# -- what numbers may be ----------------------------------------------------------------------------------------------


def from_one(text: str) -> int:
    """Read a whole number from 1 on."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("must be a whole number of at least 1")
    return int(text)


def from_zero(text: str) -> int:
    """Read a whole number from 0 on."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("must be a whole number of at least 0")
    return int(text)


def percentage(text: str) -> float:
    """Read a percentage above 0, at most 100."""
    try:
        percent = float(text)
    except ValueError:
        percent = -1.0
    if not 0 < percent <= 100:
        raise argparse.ArgumentTypeError("must be a percentage above 0, at most 100")
    return percent


# -- help ------------------------------------------------------------------------------------------------------------


def describe_settings(sections: Collection[str] = tuple(SECTIONS)) -> str:
    """Return a text that lists every setting of some sections with its default, bounds, unit and help."""
    lines = ["settings:"]
    for section in sections:
        lines.append("")
        for setting in all_settings().values():
            if setting.section == section:
                lines.append(f"  --{setting.name} {_range(setting)}")
                lines += textwrap.wrap(help_of(setting.name), _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return "\n".join(lines)


def _range(setting: Setting) -> str:
    """Return `0.3 (0 to 0.9)`: what a setting is by default, and what it may be."""
    if setting.kind == "choice":
        return f"{setting.default} ({' | '.join(setting.choices)})"
    if setting.kind == "bool":
        return f"{str(setting.default).lower()} (true | false)"
    if setting.kind == "layers":
        return ",".join(map(str, setting.default)) + " (widths from 1 to 1,024, at most 8 of them)"
    if setting.low is None or setting.high is None:
        return "TEXT" if setting.kind == "text" else setting.label(setting.default)
    bounds = f"{_number(setting.low)} to {_number(setting.high)}"
    return f"{setting.default:g} ({bounds}{' ' if setting.unit else ''}{setting.unit})"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
