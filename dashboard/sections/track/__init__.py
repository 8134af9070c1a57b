"""What the page of one track is made of, and the list of tracks that leads to it."""
