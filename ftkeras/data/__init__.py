"""From a user's files to labelled examples, honestly split."""
