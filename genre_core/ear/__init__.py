"""The ear test: a person answers blind clips, and stands beside a network that answers the same ones."""
