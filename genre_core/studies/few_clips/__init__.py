"""From how many clips? Ways to learn side by side, each from a few clips of every genre, judged on the same clips."""
