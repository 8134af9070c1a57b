"""Sentences of the pages: pure functions from results to text, so that tests can read them."""
