"""Sentences of the ear test."""

from dashboard.services.ear import Compared
from dashboard.text.train import Headline
from dashboard.theme import count, percent
from genre_core.data.dataset import Part
from genre_core.ear.agreement import Kappa, Share, Side
from genre_core.ear.sitting import DONT_KNOW, EarTest, Hard, Sitting
from genre_core.evaluation.verdict import p_value
from genre_core.judging.ear import N_PRACTICE, N_TRAITS
from genre_core.settings.config import DatasetConfig, MusicConfig
from genre_core.store.schema import Run

HARD: dict[Hard, str] = {"any": "All clips", "easier": "Easier ones", "harder": "Harder ones"}
HARD_HELP = (
    "Each generated piece borrows some traits from a neighboring genre. The easier ones are the half of each genre's "
    "pieces that borrows least, the harder ones the half that borrows most."
)
SIZE_HELP = "With 12 clips only a large difference is clear. 48 take about ten minutes."
PART_HELP = (
    "Validation chose the model's best epoch, so it is a little too good there; the test part has chosen nothing."
)
NOBODY = "No complete run can answer these items, so there is nobody to compare with."
NO_TEST = "This ear test is not here."
WHO = {"wrong": "Both wrong", "you": "Only {who} right", "other": "Only the other right", "right": "Both right"}
"""Kinds of items by who is right, in the order of `agreement.WHO`, by what the address calls them."""
BY_DIFFICULTY = (
    f"Each piece borrows some of its {N_TRAITS} traits (tempo, groove, harmony, instruments …) from a neighboring "
    "genre: the more, the harder."
)
WHY_IT_WINS = (
    "Why does the network win? It weighs all features at once and has learned which of them rise and fall together. "
    "Eyes compare shapes, one feature after the other."
)


def invitation(noun: str) -> Headline:
    """Say what the test is."""
    if noun == "clip":
        reason = (
            "You and the network answer the same clips: the window that it hears, all equally loud (−23 LUFS by ITU-R "
            f"BS.1770), in random order, with no name on them. {N_PRACTICE} clips for practice come first and "
            "do not count."
        )
        return Headline("How well do you hear genres?", reason)
    reason = (
        "These data have no sound, so you see what the network is given: each track's features, beside the averages "
        f"of the genres. {N_PRACTICE} tracks for practice come first and do not count."
    )
    return Headline("Can you tell genres from their features?", reason)


def about_data(config: DatasetConfig) -> str:
    """Say how hard generated music is."""
    if not isinstance(config, MusicConfig):
        return ""
    return (
        f"The music is generated at difficulty {config.difficulty:g}; for easier or harder clips, choose a run that "
        "was trained at another difficulty."
    )


def how_hard(sitting: Sitting) -> str:
    """Say which clips were asked about, where these were not all."""
    if sitting.test.hard == "any":
        return ""
    less = "least" if sitting.test.hard == "easier" else "most"
    return f"Asked about were the {sitting.test.hard} clips: the half of each genre's that borrows {less}."


def part_of(part: Part) -> str:
    """Say where the items come from."""
    if part == "test":
        return "They come from the test part, which nobody has trained on."
    return (
        "They come from the validation part: the network was not trained on them, but they chose its best epoch, so "
        "it is a little too good there."
    )


def picture_of(n: int, n_left_out: int) -> str:
    """Say what the colors of a picture mean, and which features it shows."""
    which = f"These are the {n} features in which the genres' averages differ most. " if n_left_out else ""
    return f"{which}Blue: above the average of all training tracks. Amber: below. The rows of genres are averages."


def where(sitting: Sitting, number: int) -> str:
    """Say which item it is: `Clip 3 of 24`."""
    test = sitting.test
    if number < test.n_practice:
        return f"Practice {number + 1} of {test.n_practice}"
    return f"{test.noun.capitalize()} {number - test.n_practice + 1} of {test.n_scored}"


def told(sitting: Sitting, number: int) -> str:
    """Say what a practice item was."""
    item, said = sitting.test.items[number], sitting.answers[number].said
    true = sitting.test.genres[item.genre]
    if said == item.genre:
        return f"Right: the last one was {true}."
    yours = "you did not know" if said is None or said == DONT_KNOW else f"you said {sitting.test.genres[said]}"
    return f"The last one was {true}; {yours}."


def score_row(name: str, side: Side) -> dict[str, str]:
    """Return the scores of one side."""
    few = side.matrix.too_few()
    return {
        "who": name,
        "right": f"{side.n_right} of {len(side.y)}",
        "accuracy": percent(side.accuracy, side.interval, few),
        "macro-F1": percent(side.macro_f1),
        "kappa with the labels": kappa(side.kappa),
        "don't know": str(side.n_unknown),
    }


def kappa(one: Kappa) -> str:
    """Return a kappa with its interval."""
    return f"{one.value:.2f} ({one.interval.low:.2f} to {one.interval.high:.2f})".replace("-", "\N{MINUS SIGN}")


def share_row(what: str, share: Share, who: str, other: str, noun: str) -> dict[str, str | int]:
    """Return both sides on a genre or a difficulty."""
    n = share.n
    return {
        what: share.name,
        f"{noun}s": n,
        who: f"{share.first} · {percent(share.first / n, share.first_interval, decimals=0)}",
        other: f"{share.second} · {percent(share.second / n, share.second_interval, decimals=0)}",
        "p": p_value(share.p_adjusted).removeprefix("p ").removeprefix("= "),
    }


def left_out(sitting: Sitting, n: int, run: Run) -> str:
    """Say how many items a run cannot be asked about."""
    missing = len(sitting.scored) - n
    if not missing:
        return ""
    return (
        f"{count(missing, sitting.test.noun)} left out: {run.name} was trained on them, or they are in its test part, "
        "which is closed."
    )


def answers(sitting: Sitting, found: Compared | None, who: str) -> dict[str, list[str | int]]:
    """Return the answers that count by column: the item, its genre, what was said, how often it was played.

    Beside it stands what the other one said, where it was asked.
    """
    test, numbers = sitting.test, sitting.scored
    items = [test.items[number] for number in numbers]
    columns: dict[str, list[str | int]] = {
        "track": [item.track for item in items],
        "genre": [test.genres[item.genre] for item in items],
        who: [said(test, answer) for answer in sitting.said(numbers).tolist()],
        "plays": [sitting.answers[number].plays for number in numbers],
    }
    if found is not None:
        other = found.together.second
        theirs = dict(zip(found.numbers, other.said.tolist(), strict=True))
        columns[other.name] = [said(test, theirs[number]) if number in theirs else "" for number in numbers]
    return columns


def said(test: EarTest, answer: int) -> str:
    """Return an answer in words."""
    return "don't know" if answer == DONT_KNOW else test.genres[answer]


def heard_line(test: EarTest, who: str, answer: int, other: str, theirs: int) -> str:
    """Say what both answered."""
    return f"{who}: {said(test, answer)}; {other}: {said(test, theirs)}"
