"""Tables, not numbers, from counts: one file a table."""
