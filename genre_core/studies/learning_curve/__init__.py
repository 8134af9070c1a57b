"""The learning curve: how well each genre is recognized after learning from more and more of the training part.

`LearningCurve` trains and judges, on the validation part alone; `summary` says what the scores come to.
"""

from genre_core.studies.learning_curve.config import LearningCurveConfig
from genre_core.studies.learning_curve.measuring import (
    CurvePlan,
    CurveScore,
    LearningCurve,
    plan_learning_curve,
)
from genre_core.studies.learning_curve.summary import CurvePoint, Gain, curve_of, last_gain

__all__ = [
    "CurvePlan",
    "CurvePoint",
    "CurveScore",
    "Gain",
    "LearningCurve",
    "LearningCurveConfig",
    "curve_of",
    "last_gain",
    "plan_learning_curve",
]
