"""What the Data page is made of: each section is `draw(config, data)`."""
