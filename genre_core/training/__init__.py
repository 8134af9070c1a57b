"""Training: one network or many at once, from configuration to predictions."""
