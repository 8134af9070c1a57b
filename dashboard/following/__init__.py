"""What open pages are told of what they follow while it goes on: one file for each thing that can be followed."""
