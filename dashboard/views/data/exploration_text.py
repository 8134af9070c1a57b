"""Sentences of Data about its pictures, and their table twins: pure functions from what was found."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from dashboard.text.limits import OTHER_MEANS, on
from dashboard.text.train import duration
from dashboard.theme import GAP, count, percent, points, signed_points
from genre_core.bayes.limit import BayesLimit
from genre_core.bayes.shortfall import GenreShortfall, Shortfall
from genre_core.data.dataset import Dataset
from genre_core.inspection.drift import Drifts
from genre_core.inspection.features import Separation, Spread
from genre_core.inspection.projection import Projection
from genre_core.inspection.relations import Correlations, GenreDistances
from genre_core.store.schema import Study

Rows = list[dict[str, object]]
HEAVY = 0.9
"""Features that correlate by as much say nearly the same."""


def drawn_of(n: int, total: int) -> str:
    """Say how many tracks a picture was made from, where these are not all."""
    return f" Computed from a random sample of {n:,} of {count(total, 'track')}." if n < total else ""


def separation_sentence(found: Sequence[Separation], between: str, by: str, total: int) -> str:
    """Say which feature tells genres apart best, and how many tell nothing."""
    first = found[0]
    informed = f"{percent(first.informed, decimals=0)} of the information on the genre"
    explained = f"{percent(first.explained, decimals=0)} of its variance is between genres"
    measure = explained if by == "f" else f"it carries {informed}"
    silent = sum(item.explained < 0.01 and item.informed < 0.01 for item in found)
    rest = f" {count(silent, 'feature carries', 'features carry')} almost none." if silent else ""
    return f"{first.feature} separates {between} best on its own: {measure}.{rest}{drawn_of(first.n, total)}"


def separation_table(found: Sequence[Separation]) -> Rows:
    """Return all features with both measures, best first."""
    return [
        {
            "feature": item.feature,
            "variance between genres": round(100 * item.explained, 2),
            "F": float(f"{item.f:.4g}"),
            "mutual information": round(100 * item.informed, 2),
            "nats": round(item.information, 4),
        }
        for item in found
    ]


def feature_sentence(found: Separation, n_features: int, rank: int) -> str:
    """Say how well one feature alone tells genres apart."""
    place = f"number {rank} of {n_features:,} in separating genres"
    if rank == 1:
        place = "the feature that separates genres best"
    rest = max(0.0, 1 - found.explained)
    return (
        f"{found.feature} is {place}: {percent(found.explained, decimals=0)} of its variance is between genres, "
        f"{percent(rest, decimals=0)} within them. Bars show the middle half with the median; lines reach from 5 to "
        f"95{GAP}%."
    )


def spread_table(found: Sequence[Spread]) -> Rows:
    """Return a feature's quartiles by genre."""
    return [
        {
            "genre": item.genre,
            "lower quartile": float(f"{item.first:.4g}"),
            "median": float(f"{item.median:.4g}"),
            "upper quartile": float(f"{item.third:.4g}"),
            "values": item.n,
            "missing": item.n_missing,
        }
        for item in found
    ]


def pairs_of(found: Correlations, most: int = 100) -> list[tuple[str, str, float]]:
    """Return the pairs of features that go together most, either way."""
    one, other = np.triu_indices(len(found.features), 1)
    values = found.matrix[one, other]
    order = np.argsort(-np.abs(values), kind="stable")[:most]
    return [(found.features[one[at]], found.features[other[at]], float(values[at])) for at in order]


def correlation_sentence(found: Correlations, total: int) -> str:
    """Say how many pairs of features say nearly the same."""
    if len(found.features) < 2:
        return "There is only one feature, so there is nothing to correlate it with."
    values = np.abs(found.matrix[np.triu_indices(len(found.features), 1)])
    heavy, pairs = int((values > HEAVY).sum()), len(values)
    one, other, value = pairs_of(found, 1)[0]
    most = f"{one} and {other} correlate most, at {value:.2f}"
    if heavy:
        said = f"{heavy:,} of {pairs:,} pairs of features are nearly redundant (correlation beyond ±{HEAVY:g}); {most}."
    else:
        said = f"No two features are redundant: {most}."
    return f"{said} Correlated features are next to each other.{drawn_of(found.n, total)}"


def drift_sentence(found: Drifts) -> str:
    """Say whether training and test part look alike."""
    first, second = found.parts
    beyond = [item for item in found.features if item.adjusted < 0.05]
    n = f"{count(found.n[0], 'track')} and {count(found.n[1], 'track')} were compared, at most one of each group."
    if not beyond:
        return f"No feature differs clearly between {first} and {second}. {n}"
    worst = beyond[0]
    return (
        f"{count(len(beyond), 'feature differs', 'features differ')} clearly between {first} and {second}; "
        f"{worst.feature} the most, by {points(worst.statistic, decimals=0)}. {n}"
    )


def drift_table(found: Drifts) -> Rows:
    """Return all features with how much they differ between two parts."""
    first, second = found.parts
    return [
        {
            "feature": item.feature,
            "largest difference": round(100 * item.statistic, 1),
            f"median, {first}": float(f"{item.first_median:.4g}"),
            f"median, {second}": float(f"{item.second_median:.4g}"),
            "p, adjusted": float(f"{item.adjusted:.3g}"),
        }
        for item in found.features
    ]


def genre_pairs(found: GenreDistances) -> list[tuple[str, str, float, float]]:
    """Return pairs of genres with their distance and the error of the best straight boundary, nearest first."""
    one, other = np.triu_indices(len(found.genres), 1)
    order = np.argsort(found.matrix[one, other], kind="stable")
    return [
        (
            found.genres[one[at]],
            found.genres[other[at]],
            float(found.matrix[one[at], other[at]]),
            float(found.error[one[at], other[at]]),
        )
        for at in order
    ]


def distance_sentence(found: GenreDistances, total: int) -> str:
    """Say which genres lie nearest to each other, and which farthest apart."""
    pairs = genre_pairs(found)
    one, other, near, error = pairs[0]
    said = (
        f"{one} and {other} are closest, {near:.1f} standard deviations apart: where both scatter normally and alike, "
        f"the best straight boundary puts {wrong_side(error)} of both on the wrong side. One learned from few tracks "
        "does worse."
    )
    if len(pairs) > 1:
        first, second, far, _ = pairs[-1]
        said += f" {first} and {second} are farthest apart, at {far:.1f}."
    if found.left_out:
        said += f" Left out, with too few tracks: {', '.join(found.left_out[:5])}" + (
            f" and {len(found.left_out) - 5:,} more." if len(found.left_out) > 5 else "."
        )
    return said + drawn_of(found.n, total)


def wrong_side(error: float) -> str:
    """Write a share of tracks, which is never shown as none."""
    return f"under {percent(0.01, decimals=0)}" if error < 0.005 else percent(error, decimals=0)


def distance_table(found: GenreDistances) -> Rows:
    """Return all pairs of genres, nearest first."""
    return [
        {"genre": one, "and": other, "distance": round(distance, 2), "wrong side": round(100 * error, 1)}
        for one, other, distance, error in genre_pairs(found)
    ]


def projection_sentence(found: Projection, data: Dataset) -> str:
    """Say what a projection shows, judged on tracks that it was not found on."""
    guess = f"always the most common genre, {percent(float(data.counts.max() / len(data)))}"
    if found.method == "tsne":
        of = f" of {count(found.n_total, data.noun)}" if len(found.rows) < found.n_total else ""
        return (
            "Neighbors stay neighbors, but the distances between clouds and their sizes mean nothing. The nearest "
            f"neighbor has the right genre for {percent(found.accuracy)} of the {len(found.rows):,} placed "
            f"{data.noun}s{of}; {guess}."
        )
    what = "that separates genres best" if found.method == "lda" else f"along which {data.noun}s vary most"
    drawn = f" {len(found.rows):,} of them are drawn." if len(found.rows) < found.n_judged else ""
    return (
        f"The plane {what}, found on half of the {data.noun}s. The nearest genre center on it is right for "
        f"{percent(found.accuracy)} of the {count(found.n_judged, f'other {data.noun}')}; {guess}.{drawn}"
    )


def placing_sentence(study: Study) -> str:
    """Say how far a worker is with placing tracks among their neighbors."""
    match study.state:
        case "queued":
            return "Waiting for a worker to place tracks among their neighbors."
        case "running":
            so_far = (datetime.now(UTC) - (study.started_at or study.created_at)).total_seconds()
            return (
                f"A worker is placing tracks among their neighbors: {duration(so_far)} so far; it usually takes a few "
                "seconds."
            )
        case _:
            return f"Tracks were not placed. {study.error or 'It was stopped.'}"


def axes(found: Projection) -> tuple[str, str]:
    """Return the titles of a projection's axes, with what they explain."""
    if found.method == "tsne":
        return "t-SNE, across", "t-SNE, up"
    word, of = (
        ("Component", "of all variance")
        if found.method == "pca"
        else ("Discriminant", "of the variance between genres")
    )
    titles = [f"{word} {number} · {percent(share)} {of}" for number, share in enumerate(found.explained, 1)]
    if found.explained[1] != found.explained[1]:
        titles[1] = "direction of most remaining variance"
    return titles[0], titles[1]


def centres_table(found: Projection, data: Dataset) -> Rows:
    """Return a projection as a table: where each genre lies, and how many of its tracks lie nearest to their own."""
    nearest = "nearest track of its genre" if found.method == "tsne" else "nearest to its own center"
    return [
        {
            "genre": genre,
            "center, across": round(float(found.centres[number, 0]), 2),
            "center, up": round(float(found.centres[number, 1]), 2),
            nearest: percent(float(found.recalls[number])),
        }
        for number, genre in enumerate(data.genres)
    ]


def answers_sentence(run: str, n_right: int, n_wrong: int, about: str = "") -> str:
    """Say on how many of the drawn tracks a run was right, `about` what where labels are wrong now and then."""
    what = f" about the {about}" if about else ""
    n = count(n_right + n_wrong, "drawn track")
    return f"{run} is right{what} on {n_right:,} of the {n} of its validation part; the other tracks are not judged."


def chosen_sentence(n: int, n_drawn: int, genres: Sequence[tuple[str, int]]) -> str:
    """Say how many of the drawn tracks were chosen, and of which genres most of them are."""
    if not n:
        return f"None of the {n_drawn:,} drawn tracks is there."
    most = ", ".join(f"{name} {number:,}" for name, number in genres[:3])
    more = f" and {count(len(genres) - 3, 'other genre')}" if len(genres) > 3 else ""
    return f"{n:,} of the {count(n_drawn, 'track')} drawn: {most}{more}."


def limit_sentence(limit: BayesLimit, guessing: float) -> str:
    """Say what the best possible is on such tracks."""
    return (
        f"The best possible classifier is right on {percent(limit.accuracy)} of such tracks. Its macro-F1 is "
        f"{percent(limit.macro_f1)}; a classifier made for macro-F1 could reach more. Always guessing the most common "
        f"genre is right on {percent(guessing)}. {OTHER_MEANS}"
    )


def rest(known: str = "") -> str:
    """Return what an error's last part is called, where a leaky split lets the model know what is `known` else unknown.

    `known` is such as `single tracks by unknown artists`: what the probabilities are for, while the model has heard
    these very artists.
    """
    return f"luck and memory of known {known.split()[-1]}" if known else "luck"


def circles_sentence(n: int, n_leaky: int) -> str:
    """Say what the circles beside the limit's curve are, and that leaky ones are hollow."""
    text = f"Circles: {count(n, 'run')} on such tracks, validation accuracy with its 95 % interval."
    if not n_leaky:
        return text
    verb = "is" if n_leaky == 1 else "are"
    return f"{text} {count(n_leaky, 'hollow circle')} {verb} leaky; the curve is for unknown tracks."


def shortfall_sentence(found: Shortfall, genres: Sequence[str], known: str = "") -> str:
    """Say what of a run's error no classifier could have avoided, and what this one could; `known` as in `rest`."""
    if known:
        return _leaky_shortfall(found.overall, known)
    whole = found.overall
    said = (
        f"Wrong on {percent(whole.error)} of {count(whole.n, 'validation track')}: no classifier can avoid "
        f"{points(whole.unavoidable)} of that; this one could have avoided {_avoidable(whole)}, and "
        f"{signed_points(whole.luck)} are the luck of these tracks."
    )
    sure = [number for number, part in enumerate(found.per_genre) if part.interval.low > 0]
    if not sure:
        return f"{said} In no single genre is the avoidable part clear."
    worst = max(sure, key=lambda number: found.per_genre[number].avoidable)
    return f"{said} The most to gain is in {genres[worst]}: {points(found.per_genre[worst].avoidable)}."


def _leaky_shortfall(whole: GenreShortfall, known: str) -> str:
    """Say the same of a run that knows its validation tracks: all but its error is about tracks that it does not."""
    expected = percent(whole.unavoidable + whole.avoidable)
    return (
        f"Wrong on {percent(whole.error)} of {count(whole.n, 'validation track')}, which it knows from training "
        f"because the split leaks. Without the leak it would be wrong on about {expected}: no classifier can avoid "
        f"{points(whole.unavoidable)}{on(known)}, and this one could have avoided {_avoidable(whole)}. The other "
        f"{signed_points(whole.luck)} are {rest(known)}."
    )


def _avoidable(part: GenreShortfall) -> str:
    return points(part.avoidable, part.interval)


def shortfall_table(found: Shortfall, genres: Sequence[str], known: str = "") -> Rows:
    """Return each genre's error in its parts, in percentage points; `known` as in `rest`."""
    return [
        {
            "genre": genre,
            "tracks": part.n,
            "error": round(100 * part.error, 1),
            "unavoidable": round(100 * part.unavoidable, 1),
            "could be avoided": round(100 * part.avoidable, 1),
            "from": round(100 * part.interval.low, 1),
            "to": round(100 * part.interval.high, 1),
            rest(known): round(100 * part.luck, 1),
        }
        for genre, part in zip(genres, found.per_genre, strict=True)
    ]
