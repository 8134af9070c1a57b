"""Diagnoses of trainings: why one ended as it did, in one sentence, and the change of settings that mends it."""
