"""What pages are made of: each section is `draw(…)`, and its page chooses which of them to show."""
