"""Files of predictions that another program wrote."""
