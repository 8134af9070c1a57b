"""The learning curve: how well each genre is recognized after learning from more and more of the training part.

`LearningCurve` trains and judges, on the validation part alone; `summary` says what the scores come to.
"""
