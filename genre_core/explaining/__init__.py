"""Why a network answers as it does: what its answer rests on, in features or in sound, and what would change it."""
