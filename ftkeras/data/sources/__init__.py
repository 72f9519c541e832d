"""Where labelled examples come from: one file a source."""
