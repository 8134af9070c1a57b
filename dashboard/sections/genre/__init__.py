"""What the page of a genre is made of: each section is `draw(one)`."""
