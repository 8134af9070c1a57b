"""`few`: from how many clips? Ways to learn side by side, each from a few clips of every genre."""

import argparse
from dataclasses import asdict
from typing import Any

from pydantic import ValidationError

from genre_core.data.clips.tagger.about import COMMAND
from genre_core.data.clips.tagger.fetch import is_fetched
from genre_core.errors import ConfigError, DataError
from genre_core.settings.config import ExperimentConfig, SoundConfig
from genre_core.studies.few_clips.config import NEED_TAGGER, WAYS, FewClipsConfig
from genre_core.studies.few_clips.measuring import FewClips, FewPlan, FewScore
from genre_core.studies.few_clips.summary import leads, note, points_of
from genre_core.studies.kinds import FEW_CLIPS
from genre_core.terminal import text
from genre_core.terminal.inputs import Inputs, extract_with_progress, read_order
from genre_core.terminal.output import DONE, INTERRUPTED, say, show
from genre_core.terminal.work import read_workers, scores_of


def few(options: argparse.Namespace) -> int:
    """Let each way learn from a few clips, and print what came out."""
    n_workers = read_workers(options)
    experiment, inputs = read_order(options)
    config = _config(options, experiment, inputs)
    for way in config.ways:
        data = config.of_way(way).data
        assert isinstance(data, SoundConfig)
        extract_with_progress(data, inputs)
    study = FewClips(config, inputs)
    total, read = study.few_plan.n_scores, FewScore.from_json
    scores = scores_of(study, FEW_CLIPS, config, read, inputs, total, "trained", n_workers)
    if scores is None:
        return INTERRUPTED
    document = _document(config, study.few_plan, scores)
    show(document, text.few(document), as_json=options.json)
    return DONE


def _config(options: argparse.Namespace, experiment: ExperimentConfig, inputs: Inputs) -> FewClipsConfig:
    ways = [way.strip() for way in options.ways.split(",") if way.strip()]
    if not ways:
        ways = [way for way in WAYS if way not in NEED_TAGGER or is_fetched(inputs.clips.folder)]
        if len(ways) < len(WAYS):
            say(f"The pretrained tagger is not here, so it is left out: fetch it with {COMMAND}.")
    if unknown := [way for way in ways if way not in WAYS]:
        raise ConfigError(f"--ways names {unknown[0]}, but there are {', '.join(WAYS)}.")
    if not isinstance(experiment.data, SoundConfig):
        raise DataError("Only clips can be asked for: name a folder after --clips, or --preset music.")
    sizes = [size.strip() for size in options.sizes.split(",") if size.strip()]
    if not all(map(str.isdecimal, sizes)):
        raise ConfigError(f"--sizes: {options.sizes[:60]} are no whole numbers: write them as 1,2,5.")
    try:
        return FewClipsConfig.model_validate(
            {"experiment": experiment, "ways": ways, "sizes": sizes, "n_repeats": options.draws}
        )
    except ValidationError as error:
        said = error.errors()[0]
        where = {"sizes": "--sizes", "n_repeats": "--draws", "ways": "--ways"}.get(
            str((*said["loc"], "")[0]), "--sizes"
        )
        raise ConfigError(f"{where}: {said['msg'].removeprefix('Value error, ')}.") from error


def _document(config: FewClipsConfig, plan: FewPlan, scores: list[FewScore]) -> dict[str, Any]:
    points = [
        {
            **asdict(point),
            "name": WAYS[point.way],
            "interval": None if point.interval is None else [point.interval.low, point.interval.high],
        }
        for point in points_of(scores, plan)
    ]
    said = [lead.sentence for lead in leads(scores, plan)]
    return {"points": points, "leads": said, "note": note(plan, config), "chance": 1 / plan.n_genres}
