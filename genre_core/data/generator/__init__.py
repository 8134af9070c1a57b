"""The law that synthetic tracks are drawn from, in the one place that says what each setting does to it.

A row x of genre g is

    x = m_g + C (σ z_track + α z_artist + β z_album + γ z_segment),    z standard normal in every feature,

with the genre's mean m_g, the overlap σ (times `outlier_scale` where the track is an outlier), the artist, album and
segment spreads α, β, γ (0 where there are none) and C C = R, the correlation matrix: 1 on the diagonal, `correlation`
elsewhere. So the overlap is a track's own scatter, and artists, albums and segments add to it: a row of an artist that
was never heard has the covariance (σ² + α² + β² + γ²) R whatever its genre. Its label is the genre, or, with the
probability `label_noise`, another one: any, the nearest, or one that it is chosen to be paired with, if there is one.
Each value is missing with the probability `missing_rate`.

`law` computes with this, `drawing` draws from it.
"""
