"""A pretrained network that tags music: where it comes from, how it is fetched, and what it hears in a clip."""
