"""The split lens: the same data and the same classifiers, judged by splits that keep more and more together.

A split by row puts segments of one track into training and test; a split by track does the same to albums and artists.
The score then says how well classifiers know these very tracks, not how well they recognize genres. `Lens` trains and
scores; `summary` says what the scores tell, and how certain that is.
"""
