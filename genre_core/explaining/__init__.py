"""Why a network answers as it does: its weights in numpy, what its answer rests on, and what would change it."""
