"""Views of examples: what augmentation makes of them, as a function of seed, id and number."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog, seeds
from ftkeras.call_string import Call
from ftkeras.contracts.augmentation import Augmentation, Mixing
from ftkeras.errors import UserError

Move = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
"""What moves the places of a picture `(height, width, 3)`, and leaves its colours."""

Relabel = Callable[[int, Move], NDArray[Any]]
"""Row number and what moves its picture -> its label then."""

# Modalities of data -> what may be changed in them.
_WITHIN = {"text": "text", "text_pair": "text", "image": "image", "audio": "audio"}


@dataclass(frozen=True)
class Augmentations:
    """What is done to training examples, and from which seed.

    Args:
        calls: Files in `data/augmentation/` with their arguments, in the order they are applied.
        views: How many views of each example are kept while the backbone is frozen.
        seed: Seed of all views.
        num_classes: Number of classes that a label can have.
    """

    calls: tuple[Call, ...]
    views: int
    seed: int
    num_classes: int

    @property
    def steps(self) -> list[Augmentation | Mixing]:
        """The changes, in the order they are applied."""
        return [catalog.build("data/augmentation", call) for call in self.calls]

    @property
    def soft(self) -> bool:
        """Whether labels become shares of classes."""
        return any(isinstance(step, Mixing) for step in self.steps)


def check(calls: Sequence[Call], modality: str) -> None:
    """Raises `UserError` unless all augmentations are for this kind of data.

    Args:
        calls: Files in `data/augmentation/` with their arguments.
        modality: What an input is.
    """
    for call in calls:
        known = catalog.build("data/augmentation", call).modality
        if _WITHIN.get(modality) != known:
            fitting = [
                name
                for name in catalog.names("data/augmentation")
                if catalog.find("data/augmentation", name).modality == _WITHIN.get(modality)
            ]
            advice = f"Take one of: {', '.join(fitting)}" if fitting else "Leave it out"
            raise UserError(
                f"Expected an augmentation of {modality}. Received: --augment={call}, which "
                f"changes {known}. {advice}."
            )


class Views:
    """Views of the training part: a function of seed, example id and view number alone.

    Args:
        ids: Example ids.
        values: Raw inputs.
        labels: Class indices.
        augmentations: What is done to them.
        relabel: Makes the label of an example whose picture is moved; `None` where labels stay.
    """

    def __init__(
        self,
        ids: NDArray[np.str_],
        values: Sequence[Any],
        labels: NDArray[np.int64],
        augmentations: Augmentations,
        relabel: Relabel | None = None,
    ) -> None:
        self.ids, self.values, self.labels = ids, values, labels
        self._augmentations = augmentations
        self.relabel = relabel
        self._steps = augmentations.steps
        # Partners are drawn by their place among the ids, which the order of rows does not move.
        self._by_id = np.argsort(ids)

    def __len__(self) -> int:
        return len(self.ids)

    def value(self, row: int, view: int) -> Any:
        """Returns a view of an example, as a raw input."""
        return self._after(len(self._steps), row, self._name(row, view))

    def id_of(self, row: int, view: int) -> str:
        """Returns what a view is known by: the example, its partners, and the number."""
        name = self._name(row, view)
        with_ = [
            str(self.ids[self._drawn(step, name)[0]])
            for step, one in enumerate(self._steps)
            if isinstance(one, Mixing)
        ]
        return " with ".join([str(self.ids[row]), *with_]) + f"/view {view}"

    def shares(self, row: int, view: int) -> NDArray[np.float32]:
        """Returns `(classes,)` how much of each class a view has."""
        name = self._name(row, view)
        found = np.zeros(self._augmentations.num_classes, "float64")
        found[self.labels[row]] = 1
        for step, mixing in enumerate(self._steps):
            if isinstance(mixing, Mixing):
                partner, generator = self._drawn(step, name)
                share = mixing.draw(generator).share
                found *= share
                found[self.labels[partner]] += 1 - share
        return found.astype("float32")

    @property
    def relabels(self) -> bool:
        """Whether views have labels of their own."""
        return self._augmentations.soft or self.relabel is not None

    def moved(self, picture: NDArray[np.uint8], row: int, view: int) -> NDArray[np.uint8]:
        """Returns what belongs to an example's picture with its places where a view has them.

        Args:
            picture: `(height, width, 3)`, of the size of the example's picture.
            row: The example.
            view: The view.
        """
        name = self._name(row, view)
        for number, (call, step) in enumerate(
            zip(self._augmentations.calls, self._steps, strict=True)
        ):
            moves = catalog.constant("data/augmentation", call.name, "MOVES_PLACES")
            if moves and not isinstance(step, Mixing):
                picture = step(picture, self._generator(number, name))
        return picture

    def answers(self, rows: NDArray[np.integer]) -> NDArray[Any]:
        """Returns labels of views by row number (`r + v len(views)`).

        They are `(rows, classes)` shares, or what `relabel` makes of moved pictures.
        """
        codes = [(code % len(self), code // len(self)) for code in rows.tolist()]
        if self.relabel is None:
            return np.stack([self.shares(row, view) for row, view in codes])
        return np.stack(
            [self.relabel(row, partial(self.moved, row=row, view=view)) for row, view in codes]
        )

    def _name(self, row: int, view: int) -> str:
        return f"{self.ids[row]}/{view}"

    def _generator(self, step: int, name: str) -> np.random.Generator:
        return np.random.default_rng(seeds.child(self._augmentations.seed, f"{name}/{step}"))

    def _drawn(self, step: int, name: str) -> tuple[int, np.random.Generator]:
        """The partner that a mixing step takes, and the generator that goes on."""
        generator = self._generator(step, name)
        return int(self._by_id[generator.integers(len(self))]), generator

    def _after(self, steps: int, row: int, name: str) -> Any:
        """An example after the first so many steps."""
        value = self.values[row]
        for number, step in enumerate(self._steps[:steps]):
            if isinstance(step, Mixing):
                partner, generator = self._drawn(number, name)
                other = self._after(number, partner, f"{name} with {self.ids[partner]}")
                value = step.mix(value, other, step.draw(generator))
            elif isinstance(value, tuple) and step.modality == "text":
                generator = self._generator(number, name)
                value = tuple(step(text, generator) for text in value)
            else:
                value = step(value, self._generator(number, name))
        return value
