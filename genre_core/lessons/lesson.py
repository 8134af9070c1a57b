"""A lesson, as its file says it: steps on the pages, each with a text and, where it has one, a question."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from genre_core.lessons.figures import FIGURES
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import configure, flatten
from genre_core.settings.presets import OPENING, PRESETS
from genre_core.text import unbroken
from genre_core.values import Frozen

Page = Literal["train", "evaluate", "genres", "compare", "data", "lens", "listen", "track"]
"""Where a step takes place, as the address names it."""
Place = Literal["curves", "losses", "matrix", "reliability", "threshold", "genres withheld", "what it listened to"]
"""Places that a step can point at once its result is there."""


def _known_figure(name: str) -> str:
    if name not in FIGURES:
        raise ValueError(f"there is no figure “{name}”; there are {', '.join(FIGURES)}")
    return name


def _known_preset(name: str) -> str:
    if name not in PRESETS:
        raise ValueError(f"there is no preset “{name}”; there are {', '.join(PRESETS)}")
    return name


Written = Annotated[str, AfterValidator(str.strip), AfterValidator(unbroken)]
Text = Annotated[Written, Field(min_length=1)]
FigureName = Annotated[str, AfterValidator(_known_figure)]
PresetName = Annotated[str, AfterValidator(_known_preset)]


class Number(Frozen):
    """A figure to predict, in its unit, between `low` and `high`.

    With `compared_with`, the name of a step, the figure is how much more it is than in that step's run.
    """

    kind: Literal["number"]
    text: Text
    figure: FigureName
    low: int = 0
    high: int = 100
    compared_with: str = ""

    @model_validator(mode="after")
    def _ascends(self) -> "Number":
        if self.low >= self.high:
            raise ValueError(f"low ({self.low}) has to be below high ({self.high})")
        return self


class Choice(Frozen):
    """One of some answers to predict: `cuts` are the values of the figure between one answer and the next."""

    kind: Literal["choice"]
    text: Text
    figure: FigureName
    answers: Annotated[tuple[Text, ...], Field(min_length=2, max_length=6)]
    cuts: tuple[float, ...]
    compared_with: str = ""

    @model_validator(mode="after")
    def _cuts_between(self) -> "Choice":
        if len(self.cuts) != len(self.answers) - 1 or list(self.cuts) != sorted(set(self.cuts)):
            raise ValueError(f"{len(self.answers)} answers need {len(self.answers) - 1} cuts between them, ascending")
        return self

    def answer(self, value: float) -> int:
        """Return the number of the answer that holds for a value of the figure."""
        return sum(value >= cut for cut in self.cuts)


class Cell(Frozen):
    """The most common confusion on validation, to predict: a true genre and what its tracks are taken for."""

    kind: Literal["cell"]
    text: Text
    compared_with: Literal[""] = ""


Question = Annotated[Number | Choice | Cell, Field(discriminator="kind")]


class Step(Frozen):
    """A step of a lesson.

    It `trains` a run of its preset and settings, of which those that are `free` may be changed first, or it looks at
    the run `of` an earlier step (on Compare also at that of the step `beside` it), of which the parameters in `look`
    choose what is shown, and `point` names what to look at. `write` asks for a sentence, and `explain` is read after
    the question is answered and the sentence written.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
    title: Text
    page: Page
    text: Text
    preset: PresetName = OPENING.name
    settings: Mapping[str, Any] = {}
    trains: bool = False
    free: tuple[str, ...] = ()
    of: str = ""
    beside: str = ""
    look: Mapping[str, str] = {}
    point: tuple[Place, ...] = ()
    ask: Question | None = None
    write: Written = ""
    explain: Written = ""

    @model_validator(mode="after")
    def _fits_together(self) -> "Step":
        _ = self.config  # raises where a setting does not fit
        unknown = [name for name in self.free if name not in flatten(self.config)]
        if unknown:
            raise ValueError(f"free names “{unknown[0]}”, which these settings do not have")
        if self.trains and (self.of or self.page != "train"):
            raise ValueError("a step that trains is on the page train, and is not “of” another step")
        if self.ask and not (self.trains or self.of):
            raise ValueError("a question needs a run: let the step train one, or name the step that it is “of”")
        if bool(self.beside) != (self.page == "compare"):
            raise ValueError("a step on compare names another step “beside” it, and no other step does")
        if isinstance(self.ask, Cell) and not self.of:
            raise ValueError("a question for a cell is asked of an earlier run, whose genres are known: say “of” which")
        if self.ask and FIGURES[getattr(self.ask, "figure", "epochs")].paired and not self.ask.compared_with:
            raise ValueError("this figure is of two runs: say which step it is compared with")
        if self.ask and not self.explain:
            raise ValueError("a question needs an explanation")
        return self

    @property
    def config(self) -> ExperimentConfig:
        """Return the settings that the step trains with."""
        return configure(self.settings, PRESETS[self.preset].config)

    def is_result(self, config: ExperimentConfig) -> bool:
        """Return whether a run of these settings is one that the step asks for."""
        own, given = flatten(self.config), flatten(config)
        if config.members:
            return False
        return own.keys() == given.keys() and all(own[name] == given[name] for name in own if name not in self.free)


class Lesson(Frozen):
    """A lesson: what it teaches, in how many minutes, against which misconception, and what a teacher listens for."""

    title: Text
    minutes: Annotated[int, Field(ge=3, le=20)]
    goal: Text
    against: Text
    listen_for: Text
    step: Annotated[tuple[Step, ...], Field(min_length=2, max_length=12)]
    open_question: Text

    @model_validator(mode="after")
    def _steps_know_each_other(self) -> "Lesson":
        trained: list[str] = []
        for at, step in enumerate(self.step, 1):
            needs = [step.of, step.beside, step.ask.compared_with if step.ask else ""]
            missing = [name for name in needs if name and name not in trained]
            if missing:
                raise ValueError(
                    f"step {at} needs a run of “{missing[0]}”, but no earlier step of that name trains one"
                )
            if step.trains:
                trained.append(step.name)
        if len({step.name for step in self.step}) < len(self.step):
            raise ValueError("two steps have the same name")
        return self

    def called(self, name: str) -> Step:
        """Return the step of that name."""
        return next(step for step in self.step if step.name == name)
