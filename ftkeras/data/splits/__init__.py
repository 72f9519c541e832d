"""How train, validation and test are made: one file a rule."""
