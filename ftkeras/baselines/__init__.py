"""What a fine-tuned model must beat: one file a baseline."""
