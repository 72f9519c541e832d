"""What is attached to a backbone: one file a head."""
