"""TensorFlow SavedModels: where they are found, what they are, what they compute, whom to trust."""
