"""Sentences of Split lens about a lens as far as it is: pure functions."""

from dashboard.services.lenses import Lens
from dashboard.text.limits import on, unheard
from dashboard.text.train import Headline, duration, measuring
from dashboard.theme import GAP, count, percent, points
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.evaluation.practical import REGION, percentage, within
from genre_core.settings.config import DatasetConfig
from genre_core.studies.lens.config import CLASSIFIERS, JUDGED_BY, LENS_BY, NETWORK, LensConfig
from genre_core.studies.lens.judging import LensPlan, closed_sentence
from genre_core.studies.lens.summary import LensEstimate, coarsest_groups, coarsest_of, groups_left_out, still_torn
from genre_core.studies.lens.verdict import leakiest, remaining, unjudged, verdict
from genre_core.text import capitalized, joined, judged

SLOPE = "Test accuracy of each classifier by one way to split and by the next: a line that falls shows leakage."
_OWN_SPLITS = "The lens makes its own splits; no run uses them."
EXAMPLE = "Try an example that leaks: 2,000 tracks by 10 artists in each genre"
COUNTED = "A lens counts once for each classifier and seed."
BY_LABELS_ALONE = "This lens was judged by the labels only. Judge again to see it judged by the true genres."
BY_SEGMENT_ALONE = "This lens was judged by segment only. Judge again to see it judged by track."
_BUT_PUBLISHED = (
    "The lens makes its own splits, except for the published one. Runs use the same published test tracks, so they "
    "count as looked at once for each classifier and seed."
)


def before(plan: LensPlan | None, config: LensConfig | None, problem: str = "") -> Headline:
    """Say what pressing the button would do, before there is a lens."""
    if plan is None or config is None:
        return Headline(
            "These settings cannot be judged yet.",
            problem or "Choose data, or correct the settings that the sidebar marks.",
        )
    if coarsest_of(plan.levels) is None and "published" not in plan.levels:
        if still_torn(plan):
            return Headline(*unjudged(plan, still_torn(plan)[-1]))
        return Headline("Each track is independent, so no split can leak.", how_to_leak(config.experiment.data))
    first = "How much does the score depend on the split?"
    return Headline(
        first,
        f"The same tracks are split {ways_of(plan)}, {config.n_repeats} times each. The network "
        f"{'is' if plan.network_alone else 'and five simple classifiers are'} tested on each split, which gives "
        f"{count(plan.n_scores, 'score')}. {plan.network_alone}".strip(),
    )


def ways_of(plan: LensPlan) -> str:
    """Return how the tracks are split: `by row, by track and by artist`."""
    return joined([JUDGED_BY[level] for level in plan.levels])


def of_the_example(plan: LensPlan) -> str:
    """Say that the rulers below are the example's, where the settings have none to set side by side."""
    return f"The rulers below belong to this example. Its tracks have artists, so it is judged {ways_of(plan)}."


def to_measure(n_missing: int, n_windows: int) -> Headline:
    """Say what pressing the button would do while nobody knows the splits: clips are measured first."""
    return Headline(
        "Judge these splits, and the clips are measured first.",
        f"{n_missing:,} of {count(n_windows, 'window')} are not measured yet. What is measured is kept.",
    )


def headline(lens: Lens, limit: float | None) -> Headline:
    """Say how far a lens is and how much of the network's score was leakage."""
    match lens.study.state:
        case "queued":
            begun = (
                f"It continues after {count(len(lens.scores), 'score')}."
                if lens.scores
                else "Then the first score appears."
            )
            return Headline("Waiting for a worker.", begun)
        case "running" if lens.study.measuring:
            return measuring(lens.study.measuring, "Then the first score appears.")
        case "running" if not (lens.study.context or lens.scores):
            return Headline("Preparing the tracks.", "Then the first score appears.")
        case "failed" if not lens.scores:
            return Headline("Judging failed.", lens.study.error or "")
    verdict = _verdict(lens, limit)
    match lens.study.state:
        case "running":
            so_far = f"So far: {verdict.answer[0].lower()}{verdict.answer[1:]} " if verdict and lens.leakage else ""
            return Headline(f"Judging: {_progress(lens)}.", so_far or "Intervals appear with the third split.")
        case "failed":
            return Headline(f"Judging failed after {_progress(lens)}.", lens.study.error or "")
        case "cancelled":
            reason = verdict.answer if verdict else "Continue to get the missing scores."
            return Headline(f"Stopped after {_progress(lens)}.", reason)
    return verdict or Headline("Nothing could be judged.", "")


def _progress(lens: Lens) -> str:
    return f"{len(lens.scores)} of {count(lens.plan.n_scores if lens.plan else 0, 'score')}"


def _verdict(lens: Lens, limit: float | None) -> Headline | None:
    """Return the answer from the scores that there are; None before the network has any by row."""
    found, drawn = verdict(lens), lens.config.experiment.data.generator
    if found is None:
        return None
    more = ""
    if found.kind == "leaks":
        more = _above(lens, lens.estimates["row", NETWORK], limit)
    elif found.kind == "alone":
        more = f" {how_to_leak(lens.config.experiment.data)}"
    elif found.kind == "none" and drawn and lens.coarse and not remaining(lens):
        more = f" {_raise(lens.coarse)}"
    return Headline(found.answer, f"{found.reason}{more}")


def how_to_leak(data: DatasetConfig) -> str:
    """Say what would give a split something to separate."""
    if data.generator:
        ways = "Give the tracks artists, or more than one segment each (More, under Data)"
        return f"{ways}, and judge again: a split by row then leaks."
    if data.imported != "table":
        return (
            "Their artists were not imported." if data.imported else "They name no artists or tracks to keep together."
        )
    return "If a column names their artists or tracks, choose it as the group column and judge again."


def _raise(coarse: str) -> str:
    if coarse == "track":
        return "Lower Segment spread to cause a leak."
    return f"Raise {'Album' if coarse == 'album' else 'Artist'} spread to cause a leak."


def _above(lens: Lens, by_row: LensEstimate, limit: float | None) -> str:
    if limit is None or by_row.accuracy_interval is None or by_row.accuracy_interval.low <= limit:
        return ""
    whom = on(unheard(lens.config.experiment.data, lens.unit))
    return f" By row it exceeds the best possible{whom}, {percent(limit)}: it has memorized tracks."


def level_note(lens: Lens, level: str) -> str:
    """Say what a level keeps together, and what it was tested on."""
    assert lens.plan is not None
    found = lens.estimates.get((level, NETWORK))
    if level == "row":
        torn = list(lens.plan.groups)
        what = f"single {row_noun(lens)}s" + (f", regardless of {joined(torn, 'or')}" if torn else "")
    elif level == "published":
        what = "one split, so intervals cover only the training seed"
    else:
        what = f"{count(lens.plan.groups[level], level)}, each on one side"
    if found is None:
        return what
    tested = _tested(lens, found)
    on = f"{tested} in each of {count(found.n_splits, 'split')}"
    if level == "published":
        on = f"{tested}, {count(found.n_splits, 'seed')}"
    judged = f", judged by the {lens.about}s" if lens.about else ""
    return f"{what} · {on}{judged}"


def _tested(lens: Lens, found: LensEstimate) -> str:
    """Return what a test part holds: `45 test tracks (449 segments)`."""
    if found.n_test_tracks is None:
        return count(found.n_test, f"test {row_noun(lens)}")
    return judged("test", found.n_test, found.n_test_tracks, found.unit)


def gaps(plan: LensPlan) -> list[str]:
    """Say which levels cannot be judged, and why."""
    return [" ".join(unjudged(plan, level)) for level in plan.gaps]


def own_splits(plan: LensPlan) -> str:
    """Say which tracks a lens judges: none of its settings' test part, and those of a published one."""
    return f"{_BUT_PUBLISHED if plan.test_hash else _OWN_SPLITS} {closed_sentence(plan)}"


def measured_by(lens: Lens) -> str:
    """Return what scores are about where labels are wrong now and then: ` about the labels`."""
    return f" about the {lens.about}s" if lens.about else ""


def row_noun(lens: Lens) -> str:
    """Return what a row is called: where rows belong to tracks, they are segments."""
    return "segment" if lens.plan and "track" in lens.plan.groups else "track"


def asides(lens: Lens) -> list[str]:
    """Return what else is to be known: levels that cannot be judged, reversed orders, baselines that saw a part."""
    if lens.plan is None:
        return []
    answered = headline(lens, None).reason
    said = [sentence for sentence in gaps(lens.plan) if sentence not in answered]
    if (most := leakiest(lens)) and most not in headline(lens, None).answer:
        said.append(most)
    for first in dict.fromkeys(a for a, _ in lens.flips):
        beaten = joined([CLASSIFIERS[b] for a, b in lens.flips if a == first])
        by = JUDGED_BY[lens.coarse or "row"]
        said.append(f"The winner depends on the split: {CLASSIFIERS[first]} ahead of {beaten} by row, behind {by}.")
    part = {e.classifier: e for e in lens.estimates.values() if e.n_train < e.n_available}
    said += [
        f"{CLASSIFIERS[name].capitalize()} learned from {found.n_train:,} of {found.n_available:,} training tracks, "
        "drawn at random."
        for name, found in part.items()
    ]
    if left_out := groups_left_out(lens.plan, lens.scores):
        levels = [JUDGED_BY[level] for level in lens.plan.levels if level not in (left_out, "published")]
        again = "" if any(score.group_variances for score in lens.scores) else " Judge again to count that."
        theirs = f"are for these {left_out}s: other {left_out}s would change the scores"
        said.append(f"The intervals {joined(levels)} {theirs}.{again}")
    elif any(score.group_variances for score in lens.scores):
        said.append(GLOSSARY["interval with other artists"])
    if lens.leakage and (level := coarsest_groups(lens.plan)):
        said.append(f"The interval of the leakage is for these {level}s: other {level}s would leak more or less.")
    if lens.in_segments:
        said.append(LENS_BY[lens.unit])
    return [*said, own_splits(lens.plan)]


def progress(lens: Lens) -> str:
    """Say how far a lens is, and how long it takes."""
    if lens.plan is None:
        return ""
    text = f"{len(lens.scores)} of {count(lens.plan.n_scores, 'score')}"
    if lens.study.active and lens.seconds_left is not None:
        return f"{text} · about {duration(lens.seconds_left)} left"
    return f"{text} · {duration(sum(score.seconds for score in lens.scores))}" if lens.scores else text


def table(lens: Lens) -> dict[str, list[object]]:
    """Return the estimates as columns; rates as they are written."""
    rows = list(lens.estimates.values())
    return {
        "split": [JUDGED_BY[row.level] for row in rows],
        "classifier": [CLASSIFIERS[row.classifier] for row in rows],
        f"test accuracy{measured_by(lens)}": [percent(row.accuracy, row.accuracy_interval) for row in rows],
        "macro-F1": [percent(row.macro_f1, row.macro_f1_interval) for row in rows],
        "splits": [row.n_splits for row in rows],
        "learned from": [row.n_train for row in rows],
        "tested on": [row.n_test_tracks if row.unit == "track" else row.n_test for row in rows],
    }


def pairs(lens: Lens) -> dict[str, list[object]]:
    """Return all pairs of classifiers as columns, the more accurate first; differences in points."""
    rows = [(ranking.level, pair, pair.practical) for ranking in lens.rankings for pair in ranking.pairs]
    return {
        "split": [JUDGED_BY[level] for level, _, _ in rows],
        "more accurate": [CLASSIFIERS[pair.first] for _, pair, _ in rows],
        "than": [CLASSIFIERS[pair.second] for _, pair, _ in rows],
        "by": [points(one.found.mean, one.found.interval) for _, _, one in rows],
        "p (Holm)": [f"{pair.p_adjusted:.3f}" for _, pair, _ in rows],
        "clearly": [pair.clear for _, pair, _ in rows],
        f"better by more than {within(REGION, GAP)[1:]}": [percentage(one.first, GAP) for _, _, one in rows],
        f"within {within(REGION, GAP)}": [percentage(one.same, GAP) for _, _, one in rows],
        f"worse by more than {within(REGION, GAP)[1:]}": [percentage(one.second, GAP) for _, _, one in rows],
    }


def ranked(lens: Lens) -> str:
    """Say how classifiers are compared, and of which groups that holds."""
    how = (
        "Classifiers are compared in pairs on the same splits (corrected t test, Nadeau and Bengio 2003), all pairs of "
        "a split considered together (Holm). Intervals of single classifiers may overlap although one is clearly ahead."
    )
    groups = coarsest_groups(lens.plan) if lens.plan else None
    torn = [JUDGED_BY[ranking.level] for ranking in lens.rankings if ranking.level != groups]
    return f"{how} {capitalized(joined(torn))}, it holds for these {groups}s only." if groups and torn else how
