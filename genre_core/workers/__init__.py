"""Workers: train runs, do studies, and obey what a person asks of them."""
