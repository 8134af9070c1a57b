"""Findings about a run: rules from its outcome to findings, each only where its interval or test supports it.

A kind of finding appears at most once in 20 runs where there is nothing of the kind: rules that look at every genre,
pair or cell take that into account (Holm, Bonferroni, or a simulation of the clearest one).
"""
