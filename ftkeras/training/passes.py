"""What a recipe spares: examples that did not have to pass a frozen backbone again."""

from collections.abc import Sequence
from typing import Any

from ftkeras.training.feature_cache import FeatureCache, Passes
from ftkeras.training.padding import Padding


class PassCount:
    """Counts examples that went through a frozen backbone, were reused, and were saved.

    Saved is against a loop without a cache, which passes train and validation through the backbone
    in every epoch. What an interrupted process had done until its last state is in.

    Args:
        cache: Features of the backbone.

    Attributes:
        plain: Passes that a loop without a cache would have made until now.
        before: What the processes before this one did.
        padding: Counts how much of what was trained on was padding.
    """

    def __init__(self, cache: FeatureCache) -> None:
        self._cache = cache
        self._further: list[Any] = []
        self.plain = 0
        self.before = Passes()
        self.padding = Padding()

    def also(self, further: Sequence[Any]) -> None:
        """Counts the `passes` of these, too, in place of those that were named before."""
        self._further = list(further)

    @property
    def done(self) -> Passes:
        """What passed, and what was reused, in all processes until now."""
        every = [self.before, self._cache.passes, *(one.passes for one in self._further)]
        return Passes(sum(one.computed for one in every), sum(one.reused for one in every))

    def as_json(self) -> dict[str, int]:
        """Returns examples computed, reused and saved."""
        done = self.done
        saved = max(0, self.plain - done.computed)
        return {"computed": done.computed, "reused": done.reused, "saved": saved}

    @property
    def share_of_padding(self) -> float | None:
        """Share of the positions that went through the backbone which were padding.

        `None` when nothing went through it, or when its inputs have no lengths.
        """
        everything = Padding()
        everything.join(self.padding)
        everything.join(self._cache.padding)
        return everything.share
