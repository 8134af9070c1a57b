"""Reading of the command line: a command with its options, and the configuration that they describe.

Bad usage is a `UsageError` of one sentence. Nothing here imports torch, pandas or SQLAlchemy: help comes at once.
"""

import argparse
from collections.abc import Mapping, Sequence
from functools import cache

from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import all_settings, configure
from genre_core.settings.presets import PRESETS
from genre_core.terminal.arguments import describe_settings
from genre_core.terminal.commands import add_commands
from genre_core.terminal.usage import PROGRAM, Parser, unknown

TABLE_SETTINGS = {
    "label": "data.label",
    "group": "data.group",
    "track": "data.name",
    "leave_out": "data.left_out",
    "take": "data.taken",
}
"""Short options that say what the columns of a table are for."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read a command line. Raises UsageError where a command or option is unknown, misplaced, or lacks its value."""
    parser, commands = _parser(tuple(all_settings()))
    options, rest = parser.parse_known_args(arguments)
    if rest:
        raise unknown(rest[0], options.command, commands[options.command])
    return options


@cache
def _parser(settings: tuple[str, ...]) -> tuple[Parser, Mapping[str, Parser]]:
    """Return the parser of a line and those of its commands, which have these settings."""
    parser = Parser(
        prog=PROGRAM,
        description=(
            "Train, evaluate and compare music genre classifiers. Each command has its own --help. Commands that train "
            "accept every setting as an option."
        ),
        epilog=describe_settings(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", title="commands", parser_class=Parser
    )
    add_commands(commands)
    parser.usage = f"{PROGRAM} {' | '.join(commands.choices)} [options]"
    return parser, commands.choices


def configuration(
    options: argparse.Namespace, stored: tuple[str, str] | None = None, split: str | None = None
) -> ExperimentConfig:
    """Build the configuration that the options of `train` describe, on stored data (source, hash) and a split's hash.

    Whoever names a published split is taken to want it, unless `split.by` says otherwise.
    Raises ConfigError where a setting is out of bounds, malformed, or not one of the chosen source or network.
    """
    given = _given(options)
    if stored is not None:
        source, content_hash = stored
        given = (of_table(options) if source == "table" else {}) | given
        given |= {"data.source": source, "data.table": content_hash}
    if split is not None:
        given = {"split.by": "published"} | given | {"data.published": split}
    return configure(given, PRESETS[options.preset].config)


def of_table(options: argparse.Namespace) -> dict[str, str]:
    """Return the settings that options give to a table: its columns by their short names, and any other by its own."""
    named = {name: getattr(options, short) for short, name in TABLE_SETTINGS.items()}
    return {name: value for name, value in named.items() if value is not None} | _given(options)


def _given(options: argparse.Namespace) -> dict[str, str]:
    return {name: value for name, value in vars(options).items() if "." in name and value is not None}
