"""Pretrained models without their heads: one file a source."""
