"""One seed for a run, and from it one independent seed for every named use."""

import hashlib


def child(seed: int, name: str) -> int:
    """Returns a seed in [0, 2^31) for one named use of randomness.

    Naming each use keeps them apart: adding a new random step moves no other one. The value is
    SHA-256 of the seed and the name, so it is the same in every process and Python version.

    Args:
        seed: The seed of the whole run.
        name: What the randomness is for, for example `"split"`.

    Example:
        >>> child(0, "split")
        877757775
        >>> child(0, "split") == child(0, "head")
        False
    """
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
