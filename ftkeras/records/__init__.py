"""What a run writes to disk, and how: whole or not at all."""
