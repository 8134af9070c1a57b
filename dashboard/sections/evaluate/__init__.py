"""What the Evaluate page is made of: each section is `draw(judged)`."""
