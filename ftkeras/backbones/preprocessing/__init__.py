"""Raw inputs to a backbone's inputs: one file a modality."""
