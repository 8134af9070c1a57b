"""Arguments of each command: one function for each, by its name."""

import argparse
from typing import TypeAlias

from genre_core.data.dataset import PARTS
from genre_core.evaluation.practical import REGION
from genre_core.evaluation.prediction_sets import LEVELS
from genre_core.studies.few_clips.config import WAYS, FewClipsConfig
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.repeats.config import VARIES, Folds, OtherSeeds
from genre_core.terminal import arguments
from genre_core.terminal.usage import PROGRAM, Parser

Commands: TypeAlias = "argparse._SubParsersAction[Parser]"

_SOURCES = "[--preset NAME | --table FILE | --fma FOLDER | --clips FOLDER]"


def add_commands(commands: Commands) -> None:
    """Add every command with its options."""
    training = (_train, _repeat, _crossvalidate, _search, _lens, _few)
    kept = (_evaluate, _predict, _listen, _horse, _compare, _ensemble, _report, _script, _export)
    for add in (*training, *kept, _limit, _import, _tagger, _runs, _api):
        add(commands)


def _add(commands: Commands, name: str, help: str, usage: str, about: str = ".") -> Parser:
    parser: Parser = commands.add_parser(
        name,
        help=help,
        description=f"{help[0].upper()}{help[1:]}{about}",
        usage=f"{PROGRAM} {name} {usage}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="write one JSON document to standard output")
    return parser


def _train(commands: Commands) -> None:
    help = "train one classifier and report on its test part"
    about = (
        ", which then counts as opened. To choose between configurations, report on validation: the test part stays "
        "closed."
    )
    parser = _add(commands, "train", help, f"{_SOURCES} [settings]", about)
    arguments.add_experiment(parser)
    closed = "with validation, no test score is shown, `test` is null in JSON, and nothing counts as opened"
    parts = "which part to report (default: test, or validation with --no-store)"
    parser.add_argument("--part", choices=arguments.PARTS_SHOWN, help=f"{parts}; {closed}")
    arguments.add_by(parser)
    arguments.add_name(parser, "run")
    parser.add_argument("--no-store", action="store_true", help="do not keep the run; its test part stays closed")


def _repeat(commands: Commands) -> None:
    help = "train one configuration with other seeds to see how much luck changes its score"
    parser = _add(commands, "repeat", help, f"{_SOURCES} [--times N] [--vary WHAT] [settings]")
    arguments.add_experiment(parser)
    arguments.add_workers(parser)
    usual = OtherSeeds()
    arguments.add_number(parser, "--times", "N", usual.times, "how many seeds")
    of = f"seeds of the network, of the split, or of both (default: {usual.vary})"
    parser.add_argument("--vary", choices=tuple(VARIES), default=usual.vary, help=of)
    closed = "new splits deal the tracks outside the test part, and with test each counts as opened"
    arguments.add_part(parser, "which part to report", closed)
    arguments.add_by(parser)


def _crossvalidate(commands: Commands) -> None:
    help = "train one configuration on folds, so that each track outside the test part is judged once"
    about = (
        ", by a network that did not learn from it. A held-out fold counts as an opened test part. The real test part "
        "is in no fold and stays closed."
    )
    parser = _add(commands, "crossvalidate", help, f"{_SOURCES} [--folds K] [--repeats N] [settings]", about)
    arguments.add_experiment(parser)
    arguments.add_workers(parser)
    usual = Folds()
    arguments.add_number(parser, "--folds", "K", usual.k, "how many folds")
    arguments.add_number(parser, "--repeats", "N", usual.repeats, "how many times to shuffle the tracks into folds")
    arguments.add_by(parser)


def _search(commands: Commands) -> None:
    help = "search for better settings; each trial is a run that is kept and judged on validation or on folds"
    about = ". The test part stays closed unless `--part test` asks for the winner's test score at the end."
    parser = _add(commands, "search", help, f"--space SETTING … {_SOURCES} [options] [settings]", about)
    arguments.add_experiment(parser)
    arguments.add_workers(parser)
    parser.add_argument(
        "--space",
        action="extend",
        nargs="+",
        required=True,
        metavar="SETTING",
        help=(
            "what to vary: train.learning_rate, model.dropout=0.1..0.5 or 'model.hidden=64,32|128,64'; without a "
            "range, the allowed range of the setting is used, on a log scale around its current value"
        ),
    )
    arguments.add_number(parser, "--trials", "N", 50, "number of combinations to try")
    parser.add_argument("--sampler", choices=("tpe", "random", "grid"), default="tpe", help="(default: tpe)")
    objectives, best = ("accuracy", "macro-f1", "log-loss"), "the score that decides the best trial (default: accuracy)"
    parser.add_argument("--objective", choices=objectives, default="accuracy", help=best)
    parser.add_argument(
        "--folds", type=arguments.from_one, default=0, metavar="K", help="judge each trial on K held-out folds"
    )
    parser.add_argument("--no-pruning", action="store_true", help="train every trial to the end")
    masks = "draw dropout masks as in a single run"
    parser.add_argument("--no-fast-masks", action="store_true", help=masks)
    seed = "start of the search's random numbers"
    parser.add_argument("--search-seed", type=arguments.from_zero, default=0, metavar="N", help=seed)
    arguments.add_part(
        parser,
        "which part of the winner to report",
        "with test, the winner's test part is opened and counted when the search is over",
    )


def _lens(commands: Commands) -> None:
    help = "judge one network and simple baselines by row, track, album and artist splits"
    about = (
        ". The lens makes its own splits of the tracks outside the test part, which stays closed. The test part of a "
        "published split, without those tracks, counts as opened once for each classifier and seed."
    )
    parser = _add(commands, "lens", help, f"{_SOURCES} [settings]", about)
    arguments.add_experiment(parser)
    arguments.add_workers(parser)
    arguments.add_number(parser, "--repeats", "N", LensConfig().n_repeats, "splits")
    arguments.add_right_about(parser)
    arguments.add_by(parser)


def _few(commands: Commands) -> None:
    help = "how many clips it takes: features, a CNN and a pretrained tagger learn from a few clips of each genre"
    about = ". All are judged on the validation part; the test part stays closed."
    parser = _add(commands, "few", help, f"{_SOURCES} [--sizes N,…] [--draws N] [settings]", about)
    arguments.add_experiment(parser)
    arguments.add_workers(parser)
    usual = FewClipsConfig.model_fields
    sizes = ",".join(map(str, usual["sizes"].default))
    parser.add_argument("--sizes", default=sizes, metavar="N,…", help=f"clips of each genre (default: {sizes})")
    ways = f"what learns: {', '.join(WAYS)} (default: all; without the fetched tagger, those that do without it)"
    parser.add_argument("--ways", default="", metavar="WAY,…", help=ways)
    arguments.add_number(parser, "--draws", "N", usual["n_repeats"].default, "how often clips are drawn")


def _evaluate(commands: Commands) -> None:
    parser = _add(commands, "evaluate", "evaluate a stored run on one part of its data", "RUN [options]")
    parser.add_argument("run", metavar="RUN", help="the run's identifier or name, as `runs` lists it")
    counted = "the test part counts as opened once for each configuration that is evaluated on it"
    arguments.add_part(parser, "which part", counted, PARTS)
    arguments.add_right_about(parser)
    arguments.add_by(parser)
    parser.add_argument(
        "--branches",
        metavar="TREE",
        default="",
        help="also score in a tree of genres, where a confusion within a branch costs less: the genres of each branch, "
        'such as "Rock, Punk; Jazz, Blues". Default: the tree of the data, where they have one',
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="also say which features each genre is recognized by, and which set it apart in training",
    )
    parser.add_argument(
        "--on",
        metavar="DATA",
        help="judge it on other data with the same genres instead: a stored table or collection by its name or hash, "
        "a preset, or a file or folder as `train` takes it; tracks of its own data are left out",
    )
    parser.add_argument(
        "--map",
        metavar="PAIRS",
        default="",
        help='with --on: genres that are called differently, such as "Hip-Hop=rap, Rock=metal"; "metal=" leaves metal '
        "out. Names that differ in case, punctuation or a plural are found without it",
    )


def _predict(commands: Commands) -> None:
    about = (
        ": a table of features with genres or without, a folder of clips, or one clip. Columns are found by their "
        "names; what is missing, spelled otherwise or in another unit is said before the answers. Where genres are "
        "known, the answers are judged as well. Tracks of the run's own closed test part get no answer."
    )
    parser = _add(commands, "predict", "answer for new tracks", "RUN FILE [--out FILE] [options]", about)
    parser.add_argument("run", metavar="RUN", help="the run's identifier or name, as `runs` lists it")
    files = "a table in any form that `import` reads (several are joined), a folder of clips, or a sound file"
    parser.add_argument("files", metavar="FILE", nargs="+", help=files)
    out = "file to write, .csv or .parquet (default: a CSV file named after the run, in this folder)"
    parser.add_argument("--out", metavar="FILE", help=out)
    below = "answer “don't know” where the run is less sure than that"
    parser.add_argument("--threshold", type=arguments.percentage, default=0.0, metavar="PERCENT", help=below)
    levels = [f"{100 * level:g}" for level in LEVELS]
    sure = f"how often the prediction set holds the right genre: {', '.join(levels)} (default: {levels[0]})"
    parser.add_argument("--confidence", choices=levels, default=levels[0], metavar="PERCENT", help=sure)
    renamed = "the column for a feature that is called differently there, such as --column tempo=BPM; may be repeated"
    parser.add_argument("--column", action="append", default=[], metavar="FEATURE=COLUMN", help=renamed)
    median = "answer though columns are missing: the median of the training part stands in for them"
    parser.add_argument("--fill", action="store_true", help=median)
    arguments.add_reading(parser)
    arguments.add_by(parser)


def _listen(commands: Commands) -> None:
    about = (
        ": along time, on the whole, and which training clips are nearest. The run must have learned from clips or "
        "from generated music."
    )
    parser = _add(commands, "listen", "let a stored run listen to a sound file", "RUN FILE [options]", about)
    parser.add_argument("run", metavar="RUN", help="the run's identifier or name, as `runs` lists it")
    parser.add_argument("file", metavar="FILE", help="WAV, FLAC, MP3, OGG or AIFF")
    below = "say “don't know” where it is less sure than that"
    parser.add_argument("--threshold", type=arguments.percentage, default=0.0, metavar="PERCENT", help=below)


def _horse(commands: Commands) -> None:
    about = (
        ": volume, equalizer, MP3, sample rate, pitch, tempo, noise, and for comparison another excerpt. A model that "
        "listens to the genre flips none. The run must have learned from clips or from generated music."
    )
    help = "change validation clips in ways that leave their genre as it is, and count the answers that flip"
    parser = _add(commands, "horse", help, "RUN [options]", about)
    parser.add_argument("run", metavar="RUN", help="the run's identifier or name, as `runs` lists it")
    arguments.add_number(parser, "--clips", "N", 40, "at most so many clips")


def _ensemble(commands: Commands) -> None:
    help = "average the probabilities of stored runs on the same data and split, and keep the result as a run"
    parser = _add(commands, "ensemble", help, "RUN RUN … [options]")
    arguments.add_runs(parser)
    arguments.add_part(parser, "which part to report", "the test part counts as opened then")
    arguments.add_name(parser, "ensemble")


def _report(commands: Commands) -> None:
    help = "write a report on one stored run, compared with others if more are named"
    about = (
        ", as one HTML file that needs nothing else and prints well, or as Markdown. It opens no test part: scores are "
        "those of the test part where somebody has opened it, and of validation otherwise."
    )
    parser = _add(commands, "report", help, "RUN [RUN …] [--out FILE]", about)
    arguments.add_runs(parser)
    out = "file to write, .html or .md (default: an HTML file named after the run, in this folder)"
    parser.add_argument("--out", metavar="FILE", help=out)


def _script(commands: Commands) -> None:
    help = "write a Python script that trains a stored run again and prints its figures"
    about = ". It stays silent about the test part of a run until somebody has opened it."
    parser = _add(commands, "script", help, "RUN [--plain] [--notebook] [--out FILE]", about)
    parser.add_argument("run", metavar="RUN", help="the run's identifier or name, as `runs` lists it")
    plain = "use torch and scikit-learn alone; tracks that a few lines cannot draw come in an .npz file beside it"
    parser.add_argument("--plain", action="store_true", help=plain)
    cells = "write a notebook (.ipynb) instead: its cells are run now, and their output is kept in it"
    parser.add_argument("--notebook", action="store_true", help=cells)
    parser.add_argument("--out", metavar="FILE", help="file to write (default: named after the run, in this folder)")


def _compare(commands: Commands) -> None:
    help = "test whether one stored run is really better than others on the same tracks"
    about = (
        ": the first is compared with each of the others. Name repetitions instead of runs to compare settings, "
        "whatever their seeds and splits."
    )
    parser = _add(commands, "compare", help, "RUN RUN [RUN …] | REPETITION REPETITION … [options]", about)
    arguments.add_runs(parser)
    region = "difference in points of accuracy that is too small to matter between repetitions (default: %(default)g)"
    parser.add_argument("--region", type=float, default=100 * REGION, metavar="POINTS", help=region)
    arguments.add_part(parser, "which part to compare on", "on test, the test part of each run counts as opened")
    arguments.add_right_about(parser)
    arguments.add_by(parser)


def _limit(commands: Commands) -> None:
    help = "compute how often the best possible classifier is right on synthetic tracks or generated music"
    parser = _add(commands, "limit", help, "[--preset NAME] [--reach PERCENT] [settings of data]")
    parser.epilog = arguments.describe_settings(("data",))
    arguments.add_preset(parser)
    reach = "find the overlap that gives this best possible accuracy"
    parser.add_argument("--reach", type=arguments.percentage, metavar="PERCENT", help=reach)
    arguments.add_right_about(parser)
    arguments.add_settings(parser, ("data",))


def _import(commands: Commands) -> None:
    help = "store a table of audio features, FMA, a folder of clips, a published split, or exported runs and models"
    parser = _add(commands, "import", help, "FILE [FILE …] | FOLDER [options]")
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        help="CSV, Parquet, Excel, ARFF or JSON, several are joined by tracks; the folder of FMA's metadata; "
        "a folder of clips such as blues/one.wav; what `export` wrote, such as model.zip or runs.zip; "
        "or lists of a split's tracks such as train.txt, valid.txt and test.txt",
    )
    lists = "a list of the tracks of train, validation or test"
    parser.add_argument("--split", action="append", metavar="PART=FILE", help=lists)
    progress = "write the progress of an import of FMA or clips to standard error, as lines of JSON"
    parser.add_argument("--progress", action="store_true", help=progress)
    arguments.add_reading(parser)
    arguments.add_columns(parser)
    arguments.add_settings(parser, ("data", "split"))


def _export(commands: Commands) -> None:
    help = "write a stored run as a model that runs anywhere, or runs as an archive for another store"
    about = (
        ". A model is its weights as safetensors, ONNX, the preprocessing as JSON, and a model card with the Python "
        "that answers without Genre Lab. An archive has the settings, history, answers, weights, names, tags, notes "
        "and own words of runs, and says nothing of a closed test part. `import` takes both in again."
    )
    parser = _add(commands, "export", help, "RUN [--out FILE] | RUN [RUN …] [--with-data] [--out FILE]", about)
    arguments.add_runs(parser)
    data = "archive the runs with the tables that they learned from; without it, the archive has their hash alone"
    parser.add_argument("--with-data", action="store_true", help=data)
    parser.add_argument("--whole", action="store_true", help="archive a single run, too, instead of its model alone")
    parser.add_argument("--out", metavar="FILE", help="file to write (default: named after the run, in this folder)")


def _tagger(commands: Commands) -> None:
    about = (
        " from the package index that pip uses (29 MB), and keep its weights (3 MB) in GENRE_LAB_FILES, which is a "
        "folder beside the store unless it is set. Nothing of it is fetched unless you ask for it."
    )
    parser = _add(commands, "tagger", "fetch the pretrained tagger for clips", "[--wheel FILE]", about)
    parser.add_argument("--wheel", metavar="FILE", help="the tagger's wheel, where you have downloaded it yourself")


def _runs(commands: Commands) -> None:
    parser = _add(commands, "runs", "list the stored runs, newest first", "[options]")
    arguments.add_number(parser, "--limit", "N", 50, "how many runs to list at most")


def _api(commands: Commands) -> None:
    _add(commands, "api", "print what the public names of the library do, as a page of Markdown", "[--json]")
