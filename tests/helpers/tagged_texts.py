"""Texts in words with entities that a small model can learn to find."""

import numpy as np

PERSON, PLACE = ("very", "bad"), "good"
OTHERS = ("the", "a", "film", "is", "cafe", "watch", "!")


def tagged(count, seed=0):
    """Lists of words, and of their tags; no two texts are the same."""
    rng = np.random.default_rng(seed)
    words, tags = [], []
    for number in range(count):
        text, labels = [], []
        for _ in range(int(rng.integers(2, 6))):
            kind = rng.integers(0, 5)
            if kind == 0:
                text += PERSON
                labels += ["B-PER", "I-PER"]
            elif kind == 1:
                text.append(PLACE)
                labels.append("B-LOC")
            else:
                text.append(str(rng.choice(OTHERS)))
                labels.append("O")
        words.append([*text, f"{seed}.{number}"])
        tags.append([*labels, "O"])
    return words, tags


def conll(path, count, seed=0):
    """Writes them as `conll` reads them; returns words and tags."""
    words, tags = tagged(count, seed)
    lines = [f"{word}\t{tag}" if word else ""
             for text, labels in zip(words, tags, strict=True)
             for word, tag in [*zip(text, labels, strict=True), ("", "")]]  # fmt: skip
    path.write_text("\n".join(lines))
    return words, tags
