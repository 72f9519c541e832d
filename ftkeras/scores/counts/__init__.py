"""What is summed over units, one file a kind of counts."""
