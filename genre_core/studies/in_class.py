"""Studies that students of a class may start: each varies only what its teacher has left open, and stays small."""

from collections.abc import Sequence
from dataclasses import dataclass

from genre_core.classroom.plan import PAGES, ClassPlan
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import all_settings, configure
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.repeats.config import Folds, RepeatsConfig
from genre_core.studies.tuning.config import SearchConfig
from genre_core.studies.tuning.space import grid_values, searchable
from genre_core.text import joined
from genre_core.values import Frozen

MOST_TRAININGS, MOST_SPLITS = 50, 10
"""Networks that a search or a repetition of a student may train, and splits of each kind that a lens may judge."""
_SEEDS = {"network": ("train.seed",), "split": ("split.seed",), "both": ("train.seed", "split.seed")}


@dataclass(frozen=True)
class _Asked:
    """The work of a study: the page it belongs to, where it starts, the settings it varies, and what it tries."""

    page: str
    base: ExperimentConfig
    varies: tuple[str, ...]
    n: int
    most: int
    unit: str
    tried: tuple[ExperimentConfig, ...] = ()


def why_not(plan: ClassPlan, study: Frozen) -> str:
    """Return the sentence why a student may not start a study; empty where nothing speaks against it."""
    asked = _asked(study)
    if asked is None:
        base = getattr(study, "experiment", study)
        return plan.why_not(base) if isinstance(base, ExperimentConfig) else ""
    if asked.page not in plan.pages:
        return f"{PAGES[asked.page]} is not part of this class."
    if problem := plan.why_not(asked.base):
        return problem
    if locked := plan.locked() & set(asked.varies):
        are, them = ("is", "it") if len(locked) == 1 else ("are", "them")
        return f"{_titles(sorted(locked))} {are} locked in this class, so {PAGES[asked.page]} cannot vary {them}."
    if asked.n > asked.most:
        return f"A class has at most {asked.most} {asked.unit}: this would be {asked.n}. Choose fewer."
    return next(filter(None, map(plan.too_large, asked.tried)), "")


def unusable(plan: ClassPlan) -> str:
    """Return the sentence that names pages of a class on which its students could start nothing; empty without any."""
    varied = {
        "tune": tuple(item.name for item in searchable(plan.config)),
        "repeat": ("train.seed", "split.seed", "split.folds"),
        "lens": ("split.by",),
    }
    for page, names in varied.items():
        if page in plan.pages and set(names) <= plan.locked():
            which = "settings of the network or the training" if page == "tune" else _titles(names)
            return f"{PAGES[page]} varies {which}: let your students change it, or leave the page out."
    return ""


def _asked(study: Frozen) -> _Asked | None:
    match study:
        case SearchConfig():
            varies = tuple(one.name for one in study.space)
            ends = [(one.name, value) for one in study.space for value in grid_values(one)]
            tried = tuple(configure({name: value}, study.base) for name, value in ends)
            folds = ("split.folds",) if study.folds else ()
            n = study.n_planned * max(1, study.folds)
            return _Asked("tune", study.base, (*varies, *folds), n, MOST_TRAININGS, "networks in a search", tried)
        case RepeatsConfig():
            varies = ("split.folds",) if isinstance(study.what, Folds) else _SEEDS[study.what.vary]
            n = len(study.configs)
            return _Asked("repeat", study.experiment, varies, n, MOST_TRAININGS, "networks in a repetition")
        case LensConfig():
            return _Asked("lens", study.experiment, ("split.by",), study.n_repeats, MOST_SPLITS, "splits in a lens")
        case _:
            return None


def _titles(names: Sequence[str]) -> str:
    return joined([all_settings()[name].title for name in names])
