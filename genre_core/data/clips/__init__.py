"""Clips: pieces of sound with an identity, where they come from, and what is measured on them."""
