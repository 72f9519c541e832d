"""How labels and predictions become units, one file a kind of answer."""
