"""What can be typed: commands, their options, and the settings by their dotted names.

Bad usage is a `UsageError` of one sentence. Nothing here imports torch, pandas or SQLAlchemy: help comes at once.
"""

import argparse
import difflib
import re
import textwrap
from collections.abc import Collection, Sequence
from typing import NoReturn

from genre_core.config import ExperimentConfig
from genre_core.dataset import PARTS
from genre_core.errors import GenreLabError
from genre_core.lens.config import LensConfig
from genre_core.presets import OPENING, PRESETS
from genre_core.selection import VARIES, Folds, OtherSeeds
from genre_core.settings import SECTIONS, Setting, all_settings, configure

PROGRAM = "python -m genre_core"
_SOURCES = "[--preset NAME | --table FILE | --fma FOLDER]"
_WIDTH = 110
TABLE_SETTINGS = {
    "label": "data.label",
    "group": "data.group",
    "track": "data.name",
    "leave_out": "data.left_out",
    "take": "data.taken",
}
"""Short options that say what the columns of a table are for."""


class UsageError(GenreLabError, ValueError):
    """A command line that cannot be understood."""


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one sentence, and leaves the exit to its caller."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(_sentence(message))


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read a command line.

    Raises
    ------
    UsageError
        A command or option is unknown, misplaced, or lacks its value.
    """
    parser = _parser()
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        commands = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
        raise UsageError(_unknown(unknown[0], options.command, _options_of(commands.choices[options.command])))
    return options


def configuration(
    options: argparse.Namespace, table: str | None, fma: str | None = None, split: str | None = None
) -> ExperimentConfig:
    """Build the configuration that the options of `train` describe, on the table, FMA and split of those hashes.

    Whoever names a published split is taken to want it, unless `split.by` says otherwise.

    Raises
    ------
    ConfigError
        A setting is out of bounds, malformed, or not one of the chosen source or network.
    """
    given = {name: value for name, value in vars(options).items() if "." in name and value is not None}
    if table is not None:
        named = {name: getattr(options, short) for short, name in TABLE_SETTINGS.items()}
        given = {name: value for name, value in named.items() if value is not None} | given
        given |= {"data.source": "table", "data.table": table}
    if fma is not None:
        given |= {"data.source": "fma", "data.table": fma}
    if split is not None:
        given = {"split.by": "published"} | given | {"data.published": split}
    return configure(given, PRESETS[options.preset].config)


def _parser() -> _Parser:
    parser = _Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} train | repeat | crossvalidate | search | lens | evaluate | compare | ensemble | "
        "limit | import | runs [options]",
        description="Train, evaluate and compare music genre classifiers. Each command has its own --help.",
        epilog=describe_settings(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", title="commands")
    _add_train(commands)
    _add_repeat(commands)
    _add_crossvalidate(commands)
    _add_search(commands)
    _add_lens(commands)
    evaluate = _add(commands, "evaluate", "evaluate a stored run on one part of its data", "RUN [options]")
    evaluate.add_argument("run", metavar="RUN", help="the run's identifier or name, as `runs` lists it")
    evaluate.add_argument(
        "--part",
        choices=PARTS,
        default="validation",
        help="which part (default: validation); for each configuration whose test part somebody looked at, "
        "the test set counts as opened once more",
    )
    _add_right_about(evaluate)
    _add_ensemble(commands)
    _add_compare(commands)
    _add_limit(commands)
    table = _add(
        commands,
        "import",
        "store a table of audio features, FMA, or a published split",
        "FILE [FILE …] | FOLDER [options]",
    )
    table.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        help="CSV or Parquet, several are joined by their tracks; the folder of FMA's metadata; "
        "or lists of a split's tracks such as train.txt, valid.txt and test.txt",
    )
    table.add_argument(
        "--split", action="append", metavar="PART=FILE", help="a list of the tracks of train, validation or test"
    )
    table.add_argument(
        "--progress", action="store_true", help="write how far an import of FMA is to standard error, as lines of JSON"
    )
    _add_columns(table)
    runs = _add(commands, "runs", "list the stored runs, newest first", "[options]")
    runs.add_argument("--limit", type=_count, default=50, metavar="N", help="how many at most (default: 50)")
    return parser


def _add(commands: "argparse._SubParsersAction[_Parser]", name: str, help: str, usage: str) -> _Parser:
    parser: _Parser = commands.add_parser(
        name,
        help=help,
        description=f"{help[0].upper()}{help[1:]}.",
        usage=f"{PROGRAM} {name} {usage}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="write one JSON document to standard output")
    return parser


def _add_train(commands: "argparse._SubParsersAction[_Parser]") -> None:
    parser = _add(commands, "train", "train and evaluate one classifier", f"{_SOURCES} [settings]")
    _add_experiment(parser)
    parser.description = (
        "Train one classifier and report on its test part, which counts as opened then. To choose between "
        "configurations, report on validation: the test part stays closed."
    )
    parser.add_argument(
        "--part",
        choices=("validation", "test"),
        default="test",
        help="which part to report (default: test); with validation no test figure is shown, `test` is null in JSON, "
        "and nothing counts as opened",
    )
    parser.add_argument("--name", default="", help="a name for the run in the list of runs")
    parser.add_argument("--no-store", action="store_true", help="do not keep the run")


def _add_repeat(commands: "argparse._SubParsersAction[_Parser]") -> None:
    help = "train one configuration with other seeds: how far its score moves by luck"
    parser = _add(commands, "repeat", help, f"{_SOURCES} [--times N] [--vary WHAT] [settings]")
    _add_experiment(parser)
    default = OtherSeeds()
    parser.add_argument(
        "--times", type=_count, default=default.times, metavar="N", help=f"how many seeds (default: {default.times})"
    )
    parser.add_argument(
        "--vary",
        choices=tuple(VARIES),
        default=default.vary,
        help=f"seeds of the network, of the split, or of both (default: {default.vary})",
    )
    parser.add_argument(
        "--part",
        choices=("validation", "test"),
        default="validation",
        help="which part to report (default: validation); the test part counts as opened once for each seed",
    )


def _add_crossvalidate(commands: "argparse._SubParsersAction[_Parser]") -> None:
    help = "train one configuration on folds: each track outside the test part is judged once"
    parser = _add(commands, "crossvalidate", help, f"{_SOURCES} [--folds K] [--repeats N] [settings]")
    parser.description = (
        f"{help[0].upper()}{help[1:]}, by a network that did not learn from it. A held-out fold counts as a test part "
        "that was looked at; the test part of a run with these settings is in no fold and stays closed."
    )
    _add_experiment(parser)
    default = Folds()
    parser.add_argument(
        "--folds", type=_count, default=default.k, metavar="K", help=f"how many folds (default: {default.k})"
    )
    parser.add_argument(
        "--repeats",
        type=_count,
        default=default.repeats,
        metavar="N",
        help=f"how often tracks are dealt into folds anew (default: {default.repeats})",
    )


def _add_lens(commands: "argparse._SubParsersAction[_Parser]") -> None:
    help = "judge one network and simple baselines by row, track, album and artist splits"
    parser = _add(commands, "lens", help, f"{_SOURCES} [settings]")
    parser.description = (
        f"{help[0].upper()}{help[1:]}. Splits are dealt for the lens alone, but the test part of a published one "
        "counts as opened, once for each classifier and seed."
    )
    _add_experiment(parser)
    repeats = LensConfig().n_repeats
    parser.add_argument("--repeats", type=_count, default=repeats, metavar="N", help=f"splits (default: {repeats})")
    _add_right_about(parser)


def _add_search(commands: "argparse._SubParsersAction[_Parser]") -> None:
    help = "search for better settings, each trial a run that is kept and judged on validation or on folds"
    parser = _add(commands, "search", help, f"--space SETTING … {_SOURCES} [options] [settings]")
    closed = "The test part stays closed, unless `--part test` asks for the winner's in the end."
    parser.description = f"{help[0].upper()}{help[1:]}. {closed}"
    _add_experiment(parser)
    parser.add_argument(
        "--space",
        nargs="+",
        required=True,
        metavar="SETTING",
        help="what to vary: train.learning_rate, model.dropout=0.1..0.5 or 'model.hidden=64,32|128,64'; without a "
        "range that of the setting's field, on a log scale about the present value",
    )
    parser.add_argument("--trials", type=_count, default=50, metavar="N", help="combinations to try (default: 50)")
    parser.add_argument("--sampler", choices=("tpe", "random", "grid"), default="tpe", help="(default: tpe)")
    parser.add_argument(
        "--objective",
        choices=("accuracy", "macro-f1", "log-loss"),
        default="accuracy",
        help="what the best trial is best by (default: accuracy)",
    )
    parser.add_argument("--folds", type=_count, default=0, metavar="K", help="judge each trial on K held-out folds")
    parser.add_argument("--no-pruning", action="store_true", help="train every trial to its own end")
    parser.add_argument(
        "--search-seed", type=_whole, default=0, metavar="N", help="start of the search's random stream"
    )
    parser.add_argument(
        "--part",
        choices=("validation", "test"),
        default="validation",
        help="with test, the winner's test part is opened when the search is over, and counted (default: validation)",
    )


def _add_ensemble(commands: "argparse._SubParsersAction[_Parser]") -> None:
    help = "average the probabilities of stored runs on the same data and split, and keep that as a run"
    parser = _add(commands, "ensemble", help, "RUN RUN … [options]")
    parser.add_argument("runs", metavar="RUN", nargs="+", help="identifiers or names, as `runs` lists them")
    parser.add_argument(
        "--part",
        choices=("validation", "test"),
        default="validation",
        help="which part to report (default: validation); the test part counts as opened then",
    )
    parser.add_argument("--name", default="", help="a name for the ensemble in the list of runs")


def _add_compare(commands: "argparse._SubParsersAction[_Parser]") -> None:
    help = "say whether one stored run is really better than others on the same tracks"
    parser = _add(commands, "compare", help, "RUN RUN [RUN …] [options]")
    parser.description = f"{help[0].upper()}{help[1:]}: the first is compared with each of the others."
    parser.add_argument("runs", metavar="RUN", nargs="+", help="identifiers or names, as `runs` lists them")
    parser.add_argument(
        "--part",
        choices=("validation", "test"),
        default="validation",
        help="on which part (default: validation); on test, the test part of each run counts as opened",
    )
    _add_right_about(parser)


def _add_limit(commands: "argparse._SubParsersAction[_Parser]") -> None:
    help = "say how often the best possible classifier is right on synthetic tracks"
    parser = _add(commands, "limit", help, "[--preset NAME] [--reach PERCENT] [settings of data]")
    parser.epilog = describe_settings(("data",))
    _add_preset(parser)
    parser.add_argument(
        "--reach", type=_percent, metavar="PERCENT", help="find the overlap at which the best possible accuracy is this"
    )
    _add_right_about(parser)
    _add_settings(parser, ("data",))


def _add_right_about(parser: _Parser) -> None:
    parser.add_argument(
        "--right-about",
        choices=("labels", "true"),
        default="labels",
        help="where labels are wrong now and then: judge by them (default), or by the true genres",
    )


def _add_experiment(parser: _Parser) -> None:
    """Add what names an experiment: preset, data and settings."""
    parser.epilog = describe_settings()
    _add_preset(parser)
    parser.add_argument(
        "--table",
        action="append",
        metavar="FILE",
        help="train on this CSV or Parquet file; give several to join them by their tracks",
    )
    parser.add_argument("--fma", metavar="FOLDER", help="train on FMA, by the folder of its metadata or its hash")
    parser.add_argument(
        "--published",
        action="append",
        metavar="SPLIT",
        help="the table's published split, by its folder, its files (train=FILE) or its hash",
    )
    _add_columns(parser)
    _add_settings(parser)


def _add_preset(parser: _Parser) -> None:
    parser.add_argument(
        "--preset",
        default=OPENING.name,
        choices=tuple(PRESETS),
        metavar="NAME",
        help=f"start from these settings: {', '.join(PRESETS)} (default: {OPENING.name})",
    )


def _add_settings(parser: _Parser, sections: Collection[str] = tuple(SECTIONS)) -> None:
    for name, setting in all_settings().items():
        if setting.section in sections:
            parser.add_argument(f"--{name}", dest=name, help=argparse.SUPPRESS)


def _add_columns(parser: _Parser) -> None:
    parser.add_argument("--label", metavar="COLUMN", help="the column that names the genre (default: found)")
    parser.add_argument("--group", metavar="COLUMN", help="rows with the same value here stay on one side of the split")
    parser.add_argument("--track", metavar="COLUMN", help="the column that names the tracks (default: found)")
    parser.add_argument("--leave-out", metavar="COLUMNS", help="columns not to use, with commas between them")
    parser.add_argument("--take", metavar="COLUMNS", help="columns to take as features whatever they look like")


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("must be a whole number from 1 on")
    return int(text)


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("must be a whole number from 0 on")
    return int(text)


def _percent(text: str) -> float:
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
    lines = ["settings:" if len(sections) < len(SECTIONS) else "settings (options of train and lens):"]
    for section in sections:
        lines.append("")
        for setting in all_settings().values():
            if setting.section == section:
                lines.append(f"  --{setting.name} {_range(setting)}")
                lines += textwrap.wrap(setting.help, _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)
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


# -- what is wrong with a command line ---------------------------------------------------------------------------------


def _sentence(message: str) -> str:
    """Say in one sentence what argparse says in its own words."""
    if missing := re.fullmatch(r"the following arguments are required: (.+)", message):
        if missing[1] == "COMMAND":
            return f"No command is given: see {PROGRAM} --help."
        return f"{missing[1]} is missing: name it after the command."
    if lacking := re.fullmatch(r"argument (\S+): expected .+", message):
        return f"{lacking[1]} needs a value after it."
    if wrong := re.fullmatch(r"argument (\S+): invalid choice: '(.*)' \(choose from (.+)\)", message):
        choices = wrong[3].replace("'", "").split(", ")
        what = {
            "COMMAND": "command",
            "--preset": "preset",
            "--part": "part",
            "--right-about": "choice",
            "--vary": "choice",
            "--sampler": "sampler",
            "--objective": "objective",
        }[wrong[1]]
        return f"There is no {what} {wrong[2][:60]}: {_closest(wrong[2], choices)}"
    return f"{message.removeprefix('argument ')}: see {PROGRAM} --help."


def _unknown(given: str, command: str, known: Sequence[str]) -> str:
    if not given.startswith("-"):
        return f"{given[:60]} is one word too many for {command}: see {PROGRAM} {command} --help."
    option = given.partition("=")[0]
    return f"{command} has no option {option[:60]}: {_closest(option, known)}"


def _closest(given: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(given, known, n=1)
    if not close:
        # A setting is often remembered without its section.
        last = given.lstrip("-").rpartition(".")[2].replace("-", "_")
        close = [name for name in known if name.rpartition(".")[2] == last][:1]
    if close:
        return f"did you mean {close[0]}?"
    if len(known) <= 10:
        return f"choose one of {', '.join(known)}."
    return f"see {PROGRAM} train --help for those that there are."


def _options_of(parser: argparse.ArgumentParser) -> list[str]:
    return [text for action in parser._actions for text in action.option_strings]
