"""What the Data page is made of: each section is `draw(config, data)`, and the page chooses which of them to show."""
