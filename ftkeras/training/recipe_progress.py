"""How far a recipe has come, and how it goes back to a state that was saved."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.training.checkpoint import Arrays, State, put_back, values
from ftkeras.training.feature_cache import Passes
from ftkeras.training.passes import PassCount
from ftkeras.training.phase_result import PhaseResult


@dataclass
class RecipeProgress:
    """What the phases that are done have left for those that come.

    Args:
        results: What each phase did.
        best: The best validation score until now; `None` before the first phase.
        pretrained: Whether no weight of the backbone has moved yet.
        only_head_ran: Whether all phases until now ran on cached features.
        reference: Logits of the validation part that the next phase is judged against, if it is.
    """

    results: list[PhaseResult] = field(default_factory=list)
    best: float | None = None
    pretrained: bool = True
    only_head_ran: bool = True
    reference: NDArray[np.float32] | None = None

    @property
    def batch_size(self) -> int:
        """Examples a batch in the last phase."""
        return self.results[-1].phase.batch_size if self.results else 32

    def to_save(
        self, model: keras.Model, passes: PassCount, log: Path | None
    ) -> Callable[[], tuple[dict[str, Any], Arrays]]:
        """Returns what gives JSON values and arrays to be saved along with the phase that begins.

        Args:
            model: The whole model, as it is before the phase.
            passes: What passed the backbone.
            log: Where epochs are written.
        """
        before = values(self._moved(model).variables)

        def beside() -> tuple[dict[str, Any], Arrays]:
            about = {
                "best": self.best,
                "pretrained": self.pretrained,
                "only_head_ran": self.only_head_ran,
                "plain_passes": passes.plain,
                "passes": vars(passes.done),
                "results": [result.as_json() for result in self.results],
                "log": log.read_text(encoding="utf-8") if log and log.exists() else "",
            }
            answered = [] if self.reference is None else [self.reference]
            return about, {"before": before, "reference": answered}

        return beside

    def go_back(
        self, state: State, model: keras.Model, passes: PassCount, log: Path | None
    ) -> None:
        """Takes over what was before the phase that was interrupted.

        Args:
            state: What was saved.
            model: Gets the weights and seeds that it had.
            passes: Gets what it had counted.
            log: Gets the epochs that were written by then.
        """
        about = state.about
        self.results = [PhaseResult.from_json(result) for result in about["results"]]
        self.best = about["best"]
        self.pretrained = about["pretrained"]
        self.only_head_ran = about["only_head_ran"]
        self.reference = next(iter(state.arrays["reference"]), None)
        passes.plain, passes.before = about["plain_passes"], Passes(**about["passes"])
        put_back(self._moved(model).variables, state.arrays["before"])
        if log is not None:
            log.write_text(about["log"], encoding="utf-8")

    def _moved(self, model: keras.Model) -> keras.Model:
        """All whose weights or seeds can have moved until now."""
        return model.get_layer("head") if self.only_head_ran else model
