"""Subject of every section of Evaluate."""

from dataclasses import dataclass

from dashboard.services import datasets
from dashboard.services.outcomes import Outcome
from dashboard.text.evaluate import measured
from genre_core.bayes.limit import BayesLimit
from genre_core.data.dataset import Dataset, Part
from genre_core.store.run_result import Judge
from genre_core.store.schema import Run
from genre_core.takehome.naming import file_name


@dataclass(frozen=True, eq=False)
class Judged:
    """A complete run, the part of the tracks it is judged on, what it says of them, and the data they are from."""

    run: Run
    part: Part
    outcome: Outcome
    data: Dataset

    @property
    def clean(self) -> bool:
        """Say whether the true genres judge it, where labels are wrong now and then."""
        return self.outcome.about == "true genre"

    @property
    def judge(self) -> Judge:
        """Return what it is judged by."""
        return Judge(self.clean, self.outcome.unit)

    @property
    def measured(self) -> str:
        """Return the tracks it is judged on, and what by: `1,200 test tracks`."""
        return measured(self.outcome, self.part)

    @property
    def limit_in_the_long_run(self) -> BayesLimit | None:
        """Return the best that any classifier can expect on such tracks, where it is known."""
        return datasets.limit(self.run.config.data, self.outcome.unit, clean=self.clean)

    @property
    def file_name(self) -> str:
        """Return what files of these numbers are called by."""
        unit = " by segment" if self.outcome.unit == "row" else ""
        return f"{file_name(self.run)} {self.part}{unit}{' by true genre' if self.clean else ''}"
