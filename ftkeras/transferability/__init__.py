"""How well frozen features answer a question, before anything is trained: one file a score.

Each file is a frozen dataclass called as `score(features, labels) -> float`. `influences` gives
what each example contributes to that number, so that all scores of all backbones are resampled
together by one matrix product.
"""
