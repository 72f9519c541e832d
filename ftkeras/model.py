"""Backbone -> features -> head, with the functional API: the only place that builds the graph."""

from collections.abc import Mapping
from typing import Any, cast

import keras

from ftkeras import call_string, catalog, graph, seeds
from ftkeras.backbones.layers.mean_pooling import MeanPooling
from ftkeras.call_string import Call
from ftkeras.contracts.anchors import Anchors
from ftkeras.contracts.backbone import Backbone, Block
from ftkeras.contracts.freezing import Adapts, ChoosesVariables
from ftkeras.contracts.task import Labels, Task
from ftkeras.errors import UserError

_LAYER_MEANS = "layer_means"
_PYRAMID = "pyramid"
_LEVEL = "pyramid_P"


def build_model(
    backbone: Backbone,
    task: Task | str = "binary",
    *,
    num_classes: int = 2,
    head: Call | str = "linear",
    tap: str | None = None,
    seed: int = 0,
    labels: Labels | None = None,
) -> keras.Model:
    """Attaches a new head to a backbone.

    The model has two layers of note: `get_layer("backbone")` (inputs to features) and
    `get_layer("head")` (features to logits). Both are ordinary functional models.

    Args:
        backbone: From `ftkeras.load_backbone`.
        task: A task or its name; it decides how many logits there are.
        num_classes: Number of classes.
        head: The head's call string, a file in `heads/`.
        tap: Which of `backbone.taps` feeds the head; `None` takes the one that the head asks for,
            else the first.
        seed: Seed of the head's initial weights and dropout.
        labels: What is known of the labels. With a mean and a standard deviation of each number to
            be predicted, a last layer turns what the head says into their units.

    Returns:
        A functional model from the backbone's inputs to `(batch, outputs)` float32 logits.

    Raises:
        UserError: An unknown tap, head or task.
    """
    if isinstance(head, str):
        head = call_string.parse(head)
    tap = choose_tap(backbone, tap, head)
    extractor = features_model(backbone, tap)
    inputs = extractor.input
    outputs = _task(task).num_outputs(num_classes)
    if catalog.constant("heads", head.name, "OVER_MAPS"):
        (pictures, *_) = keras.tree.flatten(inputs)
        given = {"size": pictures.shape[1:3]}
        if catalog.constant("heads", head.name, "BY_ANCHOR"):
            given["anchors"] = _expect_anchors(_task(task), head)
        over_maps = _head_over_maps(extractor.output, head, outputs, seed, given)
        return keras.Model(inputs, over_maps(extractor(inputs)), name="fine_tuned")
    mask = inputs.get("padding_mask") if isinstance(inputs, dict) and tap == "sequence" else None
    widths = backbone.widths if tap == backbone.taps[0] else ()
    shape = extractor.output.shape[1:]
    logits_model = build_head(shape, head, outputs, seed, mask, labels, widths)
    features = extractor(inputs)
    logits = logits_model([features, mask] if len(logits_model.inputs) == 2 else features)
    return keras.Model(inputs, logits, name="fine_tuned")


def build_head(
    shape: tuple[int | None, ...],
    head: Call,
    num_outputs: int,
    seed: int,
    mask: keras.KerasTensor | None = None,
    labels: Labels | None = None,
    widths: tuple[int, ...] = (),
) -> keras.Model:
    """Builds a head alone; the initial weights are those `build_model` gives it for this seed.

    Args:
        shape: Shape of the features, without the batch.
        head: The head's call string, a file in `heads/`.
        num_outputs: Number of logits.
        seed: Seed of initial weights and dropout.
        mask: What tells tokens from padding; a head that reads positions takes it beside them.
        labels: What is known of the labels; see `build_model`.
        widths: How many of the features are those of each backbone, for a head that joins several.

    Example:
        >>> build_head((384,), Call("linear"), num_outputs=2, seed=0).output.shape
        (None, 2)
    """
    # Two generators draw here, of initial weights and of dropout; both start from this seed.
    keras.utils.set_random_seed(seeds.child(seed, "head"))
    features = keras.Input(shape, name="features")
    made = catalog.build("heads", head)
    if catalog.constant("heads", head.name, "JOINS_PARTS"):
        joined = made(features, num_outputs, _expect_parts(head, widths))
        return keras.Model(features, _in_units(joined, labels), name="head")
    if mask is None or "sequence" not in catalog.constant("heads", head.name, "TAPS"):
        return keras.Model(features, _in_units(made(features, num_outputs), labels), name="head")
    there = keras.Input(mask.shape[1:], dtype=mask.dtype, name="padding_mask")
    outputs = _in_units(made(features, num_outputs, there), labels)
    return keras.Model([features, there], outputs, name="head")


def _head_over_maps(
    maps: keras.KerasTensor | dict[str, keras.KerasTensor],
    head: Call,
    num_outputs: int,
    seed: int,
    beside: Mapping[str, Any],
) -> keras.Model:
    """Builds a head that reads feature maps, one or those of several levels of a pyramid."""
    keras.utils.set_random_seed(seeds.child(seed, "head"))
    made = catalog.build("heads", head)
    if not isinstance(maps, dict):
        features = keras.Input(maps.shape[1:], name="features")
        return keras.Model(features, made(features, num_outputs, **beside), name="head")
    given = {name: keras.Input(x.shape[1:], name=name) for name, x in maps.items()}
    levels = {int(name.removeprefix(_LEVEL)): x for name, x in given.items()}
    ordered = {level: levels[level] for level in sorted(levels)}
    return keras.Model(given, made(ordered, num_outputs, **beside), name="head")


def _expect_anchors(task: Task, head: Call) -> Anchors:
    if not hasattr(task, "anchors"):
        raise UserError(
            f"Expected --task=object_detection with --head={head}. Received: task={task.name}. "
            "Choose another head."
        )
    return cast(Anchors, task.anchors)


def _in_units(outputs: keras.KerasTensor, labels: Labels | None) -> keras.KerasTensor:
    """Turns standardised numbers into the units of the labels."""
    if labels is None or not labels.spread:
        return outputs
    spread, centre = list(labels.spread), list(labels.centre)
    return keras.layers.Rescaling(spread, centre, dtype="float32", name="units")(outputs)


def features_model(backbone: Backbone, tap: str | None = None) -> keras.Model:
    """Returns the functional model from the backbone's inputs to one tap, and nothing beyond.

    Args:
        backbone: From `ftkeras.load_backbone`.
        tap: Which of `backbone.taps`, or `layer_means`: `(batch, blocks, width)`, the mean over the
            tokens after each block, or `pyramid`: a dictionary of all taps `pyramid_P<level>`.
            `None` takes the first.

    Raises:
        UserError: The backbone has no such tap.
    """
    tap = choose_tap(backbone, tap)
    if tap == _LAYER_MEANS and tap not in backbone.taps:
        return _layer_means(backbone)
    if tap == _PYRAMID:
        levels = {x: y for x, y in backbone.model.output.items() if x.startswith(_LEVEL)}
        return keras.Model(backbone.model.input, levels, name="backbone")
    return keras.Model(backbone.model.input, backbone.model.output[tap], name="backbone")


def choose_tap(backbone: Backbone, tap: str | None, head: Call | None = None) -> str:
    """Returns the tap asked for, or the head's, or the backbone's default.

    Args:
        backbone: The backbone.
        tap: Its name; `None` leaves it to the head, if that is given and has a preference.
        head: Call string of a file in `heads/`.

    Raises:
        UserError: The backbone lacks it.
    """
    if tap is None and head is not None:
        catalog.check_name("heads", head.name)
        wanted = catalog.constant("heads", head.name, "TAPS")
        tap = next((name for name in wanted if name in backbone.taps), (*wanted, None)[0])
        if tap == _PYRAMID and not _has_pyramid(backbone):
            raise UserError(
                "Expected a backbone whose feature maps have several sizes, as convolutional ones "
                f"do. Received: --head={head} on {backbone.handle}. Take "
                "--head=fully_convolutional, which reads the last map, or another backbone."
            )
    if tap is None:
        return backbone.taps[0]
    if tap == _LAYER_MEANS and "sequence" in backbone.taps:
        return tap
    if tap == _PYRAMID and _has_pyramid(backbone):
        return tap
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


def _expect_parts(head: Call, widths: tuple[int, ...]) -> tuple[int, ...]:
    if not widths:
        raise UserError(
            "Expected several backbones, whose features this head joins. Received: "
            f"--head={head}, with the features of one. Give each part its backbone "
            "(--backbone=text=… --backbone=image=…) and leave --tap out, or choose another head."
        )
    return widths


def _layer_means(backbone: Backbone) -> keras.Model:
    """The mean over the tokens after each block, one beside the other."""
    flat = graph.inlined(backbone.model)
    states = graph.outputs_of(flat, [block.layers for block in backbone.blocks])
    width = backbone.model.output["sequence"].shape[-1]
    found = [x for x in states if x is not None and len(x.shape) == 3 and x.shape[-1] == width]
    mask = flat.input.get("padding_mask") if isinstance(flat.input, dict) else None
    if len(found) < 2 or mask is None:
        raise UserError(
            "Expected a text backbone whose blocks give hidden states of one width. Received: "
            f"{backbone.handle}, in which {len(found)} do. Choose another head."
        )
    means = [MeanPooling(name=f"mean_{index}")(x, mask) for index, x in enumerate(found)]
    rows = [keras.layers.Reshape((1, width), name=f"row_{i}")(x) for i, x in enumerate(means)]
    stacked = keras.layers.Concatenate(axis=1, name=_LAYER_MEANS)(rows)
    return keras.Model(flat.input, stacked, name="backbone")


def _has_pyramid(backbone: Backbone) -> bool:
    return sum(name.startswith(_LEVEL) for name in backbone.taps) > 1


def _task(task: Task | str) -> Task:
    return catalog.build("tasks", call_string.parse(task)) if isinstance(task, str) else task
