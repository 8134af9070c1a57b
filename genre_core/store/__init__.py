"""The store: runs, epochs, artifacts, studies and uploaded tables in one database."""
