"""What the answer is: one file a task."""
