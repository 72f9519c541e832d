"""How many of the positives are found by looking at few units."""

from dataclasses import dataclass

from ftkeras.scores._top_share import TopShare


@dataclass(frozen=True)
class GainAtK(TopShare):
    """positives among the top k n units / all positives, of n units ordered by score.

    Also called cumulative gain, and recall at k. Binary. Of units that tie where the cut falls, the
    part that fits is taken from each alike: the mean over all orders of the ties. Range [0, 1]; a
    perfect ranking has min(1, k n / positives), chance has k. Undefined without a positive.

    Streaming counts scores in buckets; `error_bound` certifies what that can change: the order
    inside the bucket where the cut falls is all that is lost.

    Args:
        num_classes: 2.
        k: Share of the units to take, in (0, 1].
        num_buckets: Score buckets, a power of two.

    Example:
        >>> GainAtK(k=0.5)([0, 0, 1, 1], [-2.0, 1.0, 0.5, 3.0])
        0.5

    References:
        Ling and Li, 1998, KDD; Witten and Frank, Data Mining, section 5.7. Checked against a slow
        formula over all orders of the ties.
    """

    num_classes: int = 2
    k: float = 0.1
    num_buckets: int = 2**14
