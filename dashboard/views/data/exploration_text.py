"""What the Data page says of its pictures, and their table twins: pure functions from what was found."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from dashboard.text.limits import on
from dashboard.text.train import duration
from dashboard.theme import GAP, count, percent, points, signed_points
from genre_core.bayes import BayesLimit, GenreShortfall, Shortfall
from genre_core.data.dataset import Dataset
from genre_core.inspection import Correlations, Drifts, GenreDistances, Projection, Separation, Spread
from genre_core.store import Study

Rows = list[dict[str, object]]
HEAVY = 0.9
"""Features that correlate by as much say nearly the same."""


def drawn_of(n: int, total: int) -> str:
    """Say how many tracks a picture was made from, where these are not all."""
    return f" Computed from {n:,} of {count(total, 'track')}, drawn at random." if n < total else ""


def separation_sentence(found: Sequence[Separation], between: str, by: str, total: int) -> str:
    """Say which feature tells genres apart best, and how many tell nothing."""
    first = found[0]
    informed = f"{percent(first.informed, decimals=0)} of what there is to know"
    explained = f"{percent(first.explained, decimals=0)} of its variance lies between genres"
    measure = explained if by == "f" else f"it says {informed}"
    silent = sum(item.explained < 0.01 and item.informed < 0.01 for item in found)
    rest = f" {count(silent, 'feature says', 'features say')} next to nothing." if silent else ""
    return f"{first.feature} alone tells {between} apart best: {measure}.{rest}{drawn_of(first.n, total)}"


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
    place = f"number {rank} of {n_features:,} in telling genres apart"
    if rank == 1:
        place = "the one that tells genres apart best"
    rest = max(0.0, 1 - found.explained)
    return (
        f"{found.feature} is {place}: {percent(found.explained, decimals=0)} of its variance lies between genres, "
        f"{percent(rest, decimals=0)} within them. Bars: the middle half with the median, lines to 5 and 95{GAP}%."
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
        return "There is one feature alone, so nothing to correlate it with."
    values = np.abs(found.matrix[np.triu_indices(len(found.features), 1)])
    heavy, pairs = int((values > HEAVY).sum()), len(values)
    one, other, value = pairs_of(found, 1)[0]
    most = f"{one} and {other} go together most, at {value:.2f}"
    if heavy:
        said = f"{heavy:,} of {pairs:,} pairs of features say nearly the same (beyond ±{HEAVY:g}); {most}."
    else:
        said = f"No two features say the same: {most}."
    return f"{said} What goes together stands together.{drawn_of(found.n, total)}"


def drift_sentence(found: Drifts) -> str:
    """Say whether training and test part look alike."""
    first, second = found.parts
    beyond = [item for item in found.features if item.adjusted < 0.05]
    n = f"{count(found.n[0], 'track')} and {count(found.n[1], 'track')} that stand alone were compared."
    if not beyond:
        return f"No feature differs between {first} and {second} by more than chance. {n}"
    worst = beyond[0]
    return (
        f"{count(len(beyond), 'feature differs', 'features differ')} between {first} and {second} by more than "
        f"chance; {worst.feature} most, by {points(worst.statistic, decimals=0)}. {n}"
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
        f"{one} and {other} lie nearest, {near:.1f} standard deviations apart: the best straight boundary would put "
        f"{percent(error, decimals=0)} of both on the wrong side."
    )
    if len(pairs) > 1:
        first, second, far, _ = pairs[-1]
        said += f" {first} and {second} lie farthest apart, at {far:.1f}."
    if found.left_out:
        said += f" Left out, with too few tracks: {', '.join(found.left_out[:5])}" + (
            f" and {len(found.left_out) - 5:,} more." if len(found.left_out) > 5 else "."
        )
    return said + drawn_of(found.n, total)


def distance_table(found: GenreDistances) -> Rows:
    """Return all pairs of genres, nearest first."""
    return [
        {"genre": one, "and": other, "distance": round(distance, 2), "wrong side": round(100 * error, 1)}
        for one, other, distance, error in genre_pairs(found)
    ]


def projection_sentence(found: Projection, data: Dataset) -> str:
    """Say what a projection shows, judged on tracks that it was not found on."""
    guess = f"always the commonest genre, {percent(float(data.counts.max() / len(data)))}"
    if found.method == "tsne":
        of = f" of {count(found.n_total, 'track')}" if len(found.rows) < found.n_total else ""
        return (
            f"Neighbours stay neighbours; distances between clouds and their sizes mean nothing. By its nearest "
            f"neighbour {percent(found.accuracy)} of the {len(found.rows):,} placed tracks{of} would be named right; "
            f"{guess}."
        )
    kind = "The plane that separates genres best" if found.method == "lda" else "The plane along which tracks vary most"
    drawn = f" {len(found.rows):,} of them are drawn." if len(found.rows) < found.n_judged else ""
    return (
        f"{kind}, found on half of the tracks. By the nearest genre centre on it, {percent(found.accuracy)} of the "
        f"{count(found.n_judged, 'other track')} would be named right; {guess}.{drawn}"
    )


def placing_sentence(study: Study) -> str:
    """Say how far a worker is with placing tracks among their neighbours."""
    match study.state:
        case "queued":
            return "Waiting for a worker to place tracks among their neighbours."
        case "running":
            so_far = (datetime.now(UTC) - (study.started_at or study.created_at)).total_seconds()
            return f"A worker places tracks among their neighbours: {duration(so_far)} so far, usually some seconds."
        case _:
            return f"Tracks were not placed. {study.error or 'It was stopped.'}"


def axes(found: Projection) -> tuple[str, str]:
    """Return the titles of a projection's axes, with what they explain."""
    if found.method == "tsne":
        return "t-SNE, across", "t-SNE, up"
    word, of = (
        ("Component", "of all variance") if found.method == "pca" else ("Discriminant", "of what lies between genres")
    )
    titles = [f"{word} {number} · {percent(share)} {of}" for number, share in enumerate(found.explained, 1)]
    if found.explained[1] != found.explained[1]:
        titles[1] = "what varies most across it"
    return titles[0], titles[1]


def centres_table(found: Projection, data: Dataset) -> Rows:
    """Return a projection as a table: where each genre lies, and how many of its tracks lie nearest to their own."""
    nearest = "nearest track of its genre" if found.method == "tsne" else "nearest to its own centre"
    return [
        {
            "genre": genre,
            "centre, across": round(float(found.centres[number, 0]), 2),
            "centre, up": round(float(found.centres[number, 1]), 2),
            nearest: percent(float(found.recalls[number])),
        }
        for number, genre in enumerate(data.genres)
    ]


def answers_sentence(run: str, n_right: int, n_wrong: int, about: str = "") -> str:
    """Say on how many of the drawn tracks a run was right, `about` what where labels are wrong now and then."""
    what = f" about the {about}" if about else ""
    n = count(n_right + n_wrong, "drawn track")
    return f"{run} is right{what} on {n_right:,} of the {n} of its validation part; the others are not judged."


def chosen_sentence(n: int, n_drawn: int, genres: Sequence[tuple[str, int]]) -> str:
    """Say how many of the drawn tracks were chosen, and of which genres most of them are."""
    if not n:
        return f"None of the {n_drawn:,} tracks drawn lies there."
    most = ", ".join(f"{name} {number:,}" for name, number in genres[:3])
    more = f" and {count(len(genres) - 3, 'other genre')}" if len(genres) > 3 else ""
    return f"{n:,} of the {count(n_drawn, 'track')} drawn: {most}{more}."


def limit_sentence(limit: BayesLimit, guessing: float) -> str:
    """Say what the best possible is on such tracks."""
    return (
        f"No classifier can expect to be right on more than {percent(limit.accuracy)} of such tracks, with a "
        f"macro-F1 of {percent(limit.macro_f1)}; always the commonest genre is right on {percent(guessing)}."
    )


def rest(known: str = "") -> str:
    """Return what an error's last part is called, where a leaky split lets the model know what is `known` else unknown.

    `known` is such as `unknown artists`: what the probabilities are for, while the model has heard these very ones.
    """
    return f"luck, and what it remembers of {known.removeprefix('un')}" if known else "luck"


def circles_sentence(n: int, n_leaky: int) -> str:
    """Say what the circles beside the limit's curve are, and that leaky ones are hollow."""
    text = f"Circles: {count(n, 'run')} on such tracks, validation accuracy with its 95 % interval."
    if not n_leaky:
        return text
    verb = "is" if n_leaky == 1 else "are"
    return f"{text} Hollow: {n_leaky:,} of them {verb} leaky; the curve is for what a model does not know."


def shortfall_sentence(found: Shortfall, genres: Sequence[str], known: str = "") -> str:
    """Say what of a run's error no classifier could have avoided, and what this one could; `known` as in `rest`."""
    if known:
        return _leaky_shortfall(found.overall, known)
    whole = found.overall
    said = (
        f"Wrong on {percent(whole.error)} of {count(whole.n, 'validation track')}: {points(whole.unavoidable)} "
        f"of that no classifier avoids, {_avoidable(whole)} this one could have, and {signed_points(whole.luck)} "
        "are the luck of these tracks."
    )
    sure = [number for number, part in enumerate(found.per_genre) if part.interval.low > 0]
    if not sure:
        return f"{said} In no genre is what it could have avoided more than chance."
    worst = max(sure, key=lambda number: found.per_genre[number].avoidable)
    return f"{said} Most is to be gained in {genres[worst]}: {points(found.per_genre[worst].avoidable)}."


def _leaky_shortfall(whole: GenreShortfall, known: str) -> str:
    """Say the same of a run that knows its validation tracks: all but its error is about tracks that it does not."""
    expected = percent(whole.unavoidable + whole.avoidable)
    return (
        f"Wrong on {percent(whole.error)} of {count(whole.n, 'validation track')}, which a leaky split let it know. "
        f"Without that it would miss about {expected}: {points(whole.unavoidable)} "
        f"no classifier avoids{on(known)}, and {_avoidable(whole)} this one could have; the other "
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
            "no classifier avoids": round(100 * part.unavoidable, 1),
            "could be avoided": round(100 * part.avoidable, 1),
            "from": round(100 * part.interval.low, 1),
            "to": round(100 * part.interval.high, 1),
            rest(known): round(100 * part.luck, 1),
        }
        for genre, part in zip(genres, found.per_genre, strict=True)
    ]
