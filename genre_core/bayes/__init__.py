"""The best that any classifier can do on synthetic tracks, known because the law they are drawn from is.

Whoever answers the most probable genre is right most often, and by Bayes' rule p(g | x) ∝ share_g · p(x | g): C. M.
Bishop, "Pattern Recognition and Machine Learning", sections 1.5 and 4.2 (2006). Every genre scatters alike around its
mean, so that p(x | g) depends on the Mahalanobis distance alone; outliers make it a mixture of two such laws, and
values that are missing are integrated out. All of that is exact, for a single row of an artist that was never heard.
"Right" is right about the labels, wrong ones included, since that is what scores are counted on; `clean=True` asks
about the true genres.

`posterior` says how probable each genre is; `limit` how often the best classifier is right; `curve` how that changes
with the overlap; `shortfall` what of a run's error it could have avoided.
"""
