"""What is looked at before training: one file a check."""
