"""Records and predictions to a page, a terminal summary and plots."""
