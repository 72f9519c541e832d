"""The stages that phases consist of, and what each starts from."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog, seeds
from ftkeras.contracts.backbone import Backbone
from ftkeras.contracts.freezing import Unfolds
from ftkeras.contracts.phase import Phase


def stages(phases: Sequence[Phase], num_blocks: int) -> list[Phase]:
    """Returns phases, in place of each those that its freezing rule unfolds it into.

    Args:
        phases: A recipe.
        num_blocks: Blocks of the backbone.

    Example:
        >>> from ftkeras.call_string import parse
        >>> phase = Phase(parse("gradual(every=1)"), epochs=3)
        >>> [str(stage.freezing) for stage in stages([phase], 12)]
        ['top_blocks(count=1)', 'top_blocks(count=2)', 'top_blocks(count=3)']
    """
    return [stage for phase in phases for stage in _unfolded(phase, num_blocks)]


def _unfolded(phase: Phase, num_blocks: int) -> list[Phase]:
    rule = catalog.build("freezing", phase.freezing)
    if not isinstance(rule, Unfolds):
        return [phase]
    found = rule.stages(num_blocks, phase.epochs)
    return [dataclasses.replace(phase, freezing=call, epochs=each) for call, each in found]


def held(backbone: Backbone) -> tuple[tuple[keras.Variable, NDArray[Any]], ...]:
    """Returns the variables of a backbone's blocks, and what they hold now."""
    return tuple(
        (variable, np.array(variable.numpy()))
        for block in backbone.blocks
        for layer in block.layers
        for variable in layer.weights
    )


def reseed(model: keras.Model, seed: int) -> None:
    """Starts every dropout anew: otherwise a backbone's would depend on when it was loaded.

    Args:
        model: The whole model.
        seed: Equal seeds give equal dropout.
    """
    generators = {
        id(generator): generator
        for layer in model._flatten_layers()
        for generator in layer._seed_generators
    }
    for index, generator in enumerate(generators.values()):
        generator.state.assign(np.array([seeds.child(seed, str(index)), 0]))
