"""FMA in the layout in which it is published: from its files to one stored table.

M. Defferrard, K. Benzi, P. Vandergheynst, X. Bresson: FMA: A Dataset for Music Analysis. ISMIR 2017,
<https://arxiv.org/abs/1612.01840>. Metadata and features are licensed under CC BY 4.0; each recording has a license of
its own. The files come from `fma_metadata.zip` of <https://github.com/mdeff/fma>: `tracks.csv` and `features.csv`, and
where they are there `genres.csv` and `echonest.csv`.

A feature is named `mfcc_mean_01`: its family, its statistic, its number. A track's `subset` is the smallest that holds
it: small ⊂ medium ⊂ large.
"""
