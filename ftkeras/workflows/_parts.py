"""The parts of a split, as training takes them."""

from typing import cast

from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.object_task import ObjectTask
from ftkeras.contracts.task import BY_POSITION, OBJECTS
from ftkeras.tasks.object_detection import ObjectDetection
from ftkeras.training.recipe import Part
from ftkeras.workflows import _box_training, _mask_training
from ftkeras.workflows._prepared_data import PreparedData


def part(data: PreparedData, name: str, preprocess: Preprocess) -> Part:
    """Returns a part with what a model is fitted to.

    Args:
        data: The data of the run.
        name: The part.
        preprocess: How the backbone reads inputs.
    """
    examples, labels = data.parts[name], data.labels[name]
    if data.task.kind == "boxes":
        detection = cast(ObjectDetection, data.task)
        about = labels, examples, detection, preprocess
        return Part(
            examples.ids,
            examples.inputs,
            labels,
            targets=_box_training.targets(*about),
            relabel=_box_training.relabel(*about),
            reduce=_box_training.reduce(examples, detection, preprocess),
        )
    if data.task.kind in OBJECTS:
        task = cast(ObjectTask, data.task)
        labels = task.targets(labels, examples, preprocess)
        examples = task.units(examples, preprocess) if hasattr(task, "units") else examples
    if data.task.kind == "masks":
        relabel = _mask_training.relabel(data.labels[name], preprocess)
        reduce = _mask_training.reduce(examples, preprocess)
        return Part(examples.ids, examples.inputs, labels, relabel=relabel, reduce=reduce)
    by_position = data.task.kind in (*BY_POSITION, "spans")
    return Part(examples.ids, examples.inputs, labels, by_position=by_position)
