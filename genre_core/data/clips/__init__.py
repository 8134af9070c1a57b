"""Clips: pieces of sound in files, found in a folder, described once and read by the part that is needed."""
