"""What each page says: pure functions from results to sentences, so that tests can read them."""
