"""What a trained run answers on data and sound that it never saw."""
