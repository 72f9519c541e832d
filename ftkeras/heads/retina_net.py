"""A head that says at every place of a pyramid what is there, and where it ends."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import keras

from ftkeras.contracts.anchors import Anchors
from ftkeras.errors import UserError
from ftkeras.heads._expect import expect_units
from ftkeras.heads._feature_pyramid import feature_pyramid

TAPS = ("pyramid",)
OVER_MAPS = True
BY_ANCHOR = True

_SIDES = 4
_GROUPS = 16


@dataclass(frozen=True)
class RetinaNet:
    """A feature pyramid, and two small networks that run over all of its levels alike.

    Levels above the backbone's last are made by convolutions with a step of 2. Then, with the same
    weights at every level, `convolutions` of 3 x 3 with ReLU and one without give the classes of
    each anchor, and as many others its sides. All classes begin at a probability of `prior`, so
    that the many anchors without an object do not drown the first steps.

    The paper has 256 units, four convolutions and no normalisation; the settings here are for small
    pictures, few examples and processors. (In KerasHub's `RetinaNetObjectDetector` the prior is
    given to the sides instead.)

    Args:
        units: Features of every map.
        convolutions: How many stand before the answer of either network.
        normalize: Whether groups of 16 features are normalised after each of these.
        prior: Probability of each class before training, in (0, 1).

    Example:
        >>> maps = {3: keras.Input((8, 8, 40)), 4: keras.Input((4, 4, 112))}
        >>> anchors = Anchors(lowest=3, highest=5)
        >>> RetinaNet()(maps, num_outputs=4 + 10, size=(64, 64), anchors=anchors).shape
        (None, 756, 14)

    References:
        Lin et al., 2017, ICCV, section 4; Wu and He, 2018, ECCV (group normalisation).
    """

    units: int = 64
    convolutions: int = 2
    normalize: bool = True
    prior: float = 0.01

    def __post_init__(self) -> None:
        expect_units(self.units)
        if not isinstance(self.convolutions, int) or self.convolutions < 0:
            raise UserError(
                "Expected `convolutions` to be an integer >= 0. Received: "
                f"convolutions={self.convolutions!r}."
            )
        if not isinstance(self.prior, int | float) or not 0 < self.prior < 1:
            raise UserError(f"Expected `prior` in (0, 1). Received: prior={self.prior!r}.")
        if self.normalize and self.units % _GROUPS:
            raise UserError(
                f"Expected `units` to be a multiple of {_GROUPS} with normalize=True. Received: "
                f"units={self.units!r}."
            )

    def __call__(
        self,
        features: Mapping[int, keras.KerasTensor],
        num_outputs: int,
        size: tuple[int, int],
        anchors: Anchors,
    ) -> keras.KerasTensor:
        """Returns `(batch, anchors, num_outputs)` float32: four sides, and a logit for each class.

        Args:
            features: Level -> `(batch, height, width, channels)`.
            num_outputs: Four more than there are classes.
            size: Height and width of the network's pictures.
            anchors: What stands around each place, which fixes the order of the answers.

        Raises:
            UserError: A level is missing, or not of the size that its anchors need.
        """
        maps = self._maps(features, size, anchors)
        classes = num_outputs - _SIDES
        towers = {
            "sides": self._tower("sides", anchors.per_place * _SIDES, 0.0),
            "classes": self._tower("classes", anchors.per_place * classes, _log_odds(self.prior)),
        }
        answers = []
        for level, x in maps.items():
            sides, said = (_run(layers, x) for layers in towers.values())
            sides = keras.layers.Reshape((-1, _SIDES), name=f"sides_P{level}")(sides)
            said = keras.layers.Reshape((-1, classes), name=f"classes_P{level}")(said)
            both = keras.layers.Concatenate(dtype="float32", name=f"answers_P{level}")
            answers.append(both([sides, said]))
        if len(answers) == 1:
            return answers[0]
        return keras.layers.Concatenate(axis=1, dtype="float32", name="logits")(answers)

    def _maps(
        self, features: Mapping[int, keras.KerasTensor], size: tuple[int, int], anchors: Anchors
    ) -> dict[int, keras.KerasTensor]:
        """The pyramid, from the lowest level of the anchors to the highest."""
        missing = [level for level in anchors.levels if level not in features]
        if any(level < max(features, default=0) for level in missing):
            raise UserError(
                f"Expected maps of the levels {anchors.lowest} to {anchors.highest}, or all but "
                f"the highest. Received: {sorted(features)}. Set lowest_level and highest_level "
                "of the task, or take another backbone."
            )
        given = {level: x for level, x in features.items() if level in anchors.levels}
        if not given:
            raise UserError(
                f"Expected a map of level {anchors.lowest}. Received: {sorted(features)}. Set "
                "lowest_level of the task."
            )
        maps = feature_pyramid(given, self.units)
        for level in missing:
            reduced = keras.layers.Conv2D(
                self.units, 3, strides=2, padding="same", name=f"reduced_P{level}"
            )
            below = maps[level - 1]
            maps[level] = reduced(
                below if level - 1 in features
                else keras.layers.ReLU(name=f"rectified_P{level - 1}")(below)
            )  # fmt: skip
        for level, x in maps.items():
            if tuple(x.shape[1:3]) != anchors.places(level, *size):
                raise UserError(
                    f"Expected a map of {anchors.places(level, *size)} places at level {level}. "
                    f"Received: one of {tuple(x.shape[1:3])}. Take an --image_size that can be "
                    f"halved {anchors.highest} times, or another backbone."
                )
        return maps

    def _tower(self, name: str, outputs: int, bias: float) -> list[keras.layers.Layer]:
        """The layers of one network; every level runs through the same ones."""
        layers: list[keras.layers.Layer] = []
        for index in range(self.convolutions):
            layers.append(
                keras.layers.Conv2D(
                    self.units, 3, padding="same",
                    kernel_initializer=keras.initializers.RandomNormal(stddev=0.01)
                    if not self.normalize else "he_normal",
                    name=f"{name}_conv_{index}",
                )
            )  # fmt: skip
            if self.normalize:
                layers.append(
                    keras.layers.GroupNormalization(
                        self.units // _GROUPS, name=f"{name}_norm_{index}"
                    )
                )
            layers.append(keras.layers.ReLU(name=f"{name}_relu_{index}"))
        return [
            *layers,
            keras.layers.Conv2D(
                outputs, 3, padding="same", dtype="float32", name=f"{name}_answer",
                kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
                bias_initializer=keras.initializers.Constant(bias),
            ),
        ]  # fmt: skip


def _run(layers: list[keras.layers.Layer], x: keras.KerasTensor) -> keras.KerasTensor:
    for layer in layers:
        x = layer(x)
    return x


def _log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))
