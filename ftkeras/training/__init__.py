"""The fit loop over phases and the feature cache."""
