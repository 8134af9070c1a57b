"""A class that learns together: what its students see, who is there, and what they said."""
