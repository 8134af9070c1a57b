"""One track: what the network thinks of it, why, and what would change its answer."""
