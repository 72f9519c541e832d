"""The same architecture with fresh random weights: what pretraining has to beat."""

import dataclasses

import keras

from ftkeras.backbones import _blocks
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.backbones.layers.saved_model_backbone import SavedModelBackbone
from ftkeras.contracts.backbone import Backbone, Block
from ftkeras.errors import UserError


def random_twin(backbone: Backbone, seed: int = 0) -> Backbone:
    """Returns a backbone of the same graph whose weights are drawn by their own initializers.

    Args:
        backbone: Any backbone; it stays as it is.
        seed: Seed of the weights: equal seeds give equal bits, and so share the feature cache.

    Raises:
        UserError: A layer cannot be built again from its configuration.
    """
    keras.utils.set_random_seed(seed)
    try:
        model = keras.models.clone_model(backbone.model)
    except (ValueError, TypeError, NotImplementedError) as error:
        raise UserError(
            "Expected a backbone whose layers can be built again. Received: "
            f"{backbone.handle} ({type(error).__name__}: {str(error)[:200]}). Rank it without its "
            "random twin."
        ) from error
    for layer in model.layers:
        if isinstance(layer, SavedModelBackbone):  # it has no initializers, and is loaded trained
            layer.draw_weights(seed)
    twins = dict(zip(map(id, _blocks.leaves(backbone.model)), _blocks.leaves(model), strict=True))
    blocks = tuple(
        Block(block.name, tuple(twins[id(layer)] for layer in block.layers))
        for block in backbone.blocks
    )
    return dataclasses.replace(backbone, model=model, blocks=blocks, fingerprint=fingerprint(model))
