"""What a person asks for: one file a verb, each also a plain Python function."""
