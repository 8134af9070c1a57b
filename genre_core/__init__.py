"""Genre Lab's library: load, train, evaluate and compare music genre classifiers."""
