"""What training minimises instead of the task's own loss: one file a loss, `--loss=name(...)`."""
