"""Backbone -> features -> head, with the functional API: the only place that builds the graph."""

import keras

from ftkeras import call_string, catalog, seeds
from ftkeras.call_string import Call
from ftkeras.contracts.backbone import Backbone, Block
from ftkeras.contracts.freezing import Adapts, ChoosesVariables
from ftkeras.contracts.task import Task
from ftkeras.errors import UserError


def build_model(
    backbone: Backbone,
    task: Task | str = "binary",
    *,
    num_classes: int = 2,
    head: Call | str = "linear",
    tap: str | None = None,
    seed: int = 0,
) -> keras.Model:
    """Attaches a new head to a backbone.

    The model has two layers of note: `get_layer("backbone")` (inputs to features) and
    `get_layer("head")` (features to logits). Both are ordinary functional models.

    Args:
        backbone: From `ftkeras.load_backbone`.
        task: A task or its name; it decides how many logits there are.
        num_classes: Number of classes.
        head: The head's call string, a file in `heads/`.
        tap: Which of `backbone.taps` feeds the head; `None` takes the first.
        seed: Seed of the head's initial weights and dropout.

    Returns:
        A functional model from the backbone's inputs to `(batch, outputs)` float32 logits.

    Raises:
        UserError: An unknown tap, head or task.
    """
    if isinstance(head, str):
        head = call_string.parse(head)
    extractor = features_model(backbone, tap)
    inputs = extractor.input
    outputs = _task(task).num_outputs(num_classes)
    logits_model = build_head(extractor.output.shape[1:], head, outputs, seed)
    return keras.Model(inputs, logits_model(extractor(inputs)), name="fine_tuned")


def build_head(
    shape: tuple[int | None, ...], head: Call, num_outputs: int, seed: int
) -> keras.Model:
    """Builds a head alone; the initial weights are those `build_model` gives it for this seed.

    Args:
        shape: Shape of the features, without the batch.
        head: The head's call string, a file in `heads/`.
        num_outputs: Number of logits.
        seed: Seed of initial weights and dropout.

    Example:
        >>> build_head((384,), Call("linear"), num_outputs=2, seed=0).output.shape
        (None, 2)
    """
    # Two generators draw here, of initial weights and of dropout; both start from this seed.
    keras.utils.set_random_seed(seeds.child(seed, "head"))
    features = keras.Input(shape, name="features")
    logits = catalog.build("heads", head)(features, num_outputs)
    return keras.Model(features, logits, name="head")


def features_model(backbone: Backbone, tap: str | None = None) -> keras.Model:
    """Returns the functional model from the backbone's inputs to one tap, and nothing beyond.

    Args:
        backbone: From `ftkeras.load_backbone`.
        tap: Which of `backbone.taps`; `None` takes the first.

    Raises:
        UserError: The backbone has no such tap.
    """
    tap = choose_tap(backbone, tap)
    return keras.Model(backbone.model.input, backbone.model.output[tap], name="backbone")


def choose_tap(backbone: Backbone, tap: str | None) -> str:
    """Returns the tap asked for, or the backbone's default; raises `UserError` if it lacks it."""
    if tap is None:
        return backbone.taps[0]
    if tap not in backbone.taps:
        raise UserError(
            f"Expected a tap of {backbone.handle}: {', '.join(backbone.taps)}. "
            f"Received: tap={tap!r}.{catalog.nearest(tap, list(backbone.taps))}"
        )
    return tap


def freeze(backbone: Backbone, rule: Call) -> tuple[Block, ...]:
    """Makes exactly what a freezing rule names trainable.

    A frozen weight keeps every bit, and so do the statistics of a BatchNorm of which nothing
    trains. Compile the model afterwards: Keras reads `trainable` when it compiles. A rule may add
    weights (`lora`); `merge` folds them in when training is done.

    Args:
        backbone: The backbone whose layers are frozen or thawed.
        rule: Call string of a file in `freezing/`.

    Returns:
        The blocks in which anything trains.
    """
    made = catalog.build("freezing", rule)
    training: tuple[Block, ...] = made(backbone.blocks)
    names = {block.name for block in training}
    for block in backbone.blocks:
        for layer in block.layers:
            # Keras on TensorFlow passes over a value that is there already, and then single
            # variables keep what an earlier rule gave them.
            layer.trainable = False
            layer.trainable = block.name in names
    if isinstance(made, Adapts):
        made.adapt(training)
    if isinstance(made, ChoosesVariables):
        for block in training:
            for layer in block.layers:
                _choose(layer, made)
    return training


def merge(backbone: Backbone, rule: Call) -> None:
    """Folds what a freezing rule added to the backbone into its own weights.

    Args:
        backbone: The backbone that was given to `freeze`.
        rule: The rule given to `freeze`.
    """
    made = catalog.build("freezing", rule)
    if isinstance(made, Adapts):
        made.merge(backbone.blocks)


def _choose(layer: keras.layers.Layer, rule: ChoosesVariables) -> None:
    """Freezes the layers in which no variable trains, so that they keep all of their state."""
    for inner in layer._flatten_layers():
        for variable in inner.weights:
            if variable.trainable:
                variable.trainable = rule.trains(variable)
    for inner in reversed(list(layer._flatten_layers())):
        if inner.weights and not any(variable.trainable for variable in inner.weights):
            inner.trainable = False


def _task(task: Task | str) -> Task:
    return catalog.build("tasks", call_string.parse(task)) if isinstance(task, str) else task
