"""What a saved Keras model answers on labelled examples, as if it had written them to a file."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from ftkeras import catalog
from ftkeras.backbones import trusting
from ftkeras.backbones.preprocessing.image import Image
from ftkeras.config import RunConfig
from ftkeras.contracts.answer_table import AnswerTable
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.task import class_name
from ftkeras.data.deduplicate import deduplicate
from ftkeras.errors import UserError
from ftkeras.workflows import _kinds, _provenance, _source

_BATCH = 32
_IMAGENET = (1000, 1001)


def answers_of_model(config: RunConfig) -> AnswerTable:
    """Lets a `.keras` file answer the examples of a data source.

    The model must hold its own preprocessing. Texts are given as they are, as strings; images are
    cut and resized to the model's input, with values in [0, 255]. Whether its outputs are logits
    or probabilities is said by `outputs`, never guessed.

    Args:
        config: `model`, `outputs`, `data` and `trust`.

    Raises:
        UserError: The file cannot be loaded safely, takes more than one input, or its outputs do
            not fit the classes of the data.
    """
    if config.model is None or config.data is None or config.outputs is None:
        raise UserError(
            "Expected --data and --outputs (logits or probabilities) beside --model. Received: "
            f"--data={config.data}, --outputs={config.outputs}. Add what is missing."
        )
    _kinds.expect_classes(
        config, f"--model={config.model}", "Only models that answer with classes are judged so."
    )
    found, _ = deduplicate(_source.read(config))
    with trusting(*config.trust):
        model = _loaded(config.model)
    values = _inputs(model, found, config.model)
    outputs = np.asarray(model.predict(values, batch_size=_BATCH, verbose=0), "float64")
    outputs = outputs.reshape(len(found), -1)
    task = catalog.build("tasks", config.task) if config.task else None
    names = _classes(found, outputs.shape[1], task)
    kind = "probability" if config.outputs == "probabilities" else "logit"
    return AnswerTable(
        ids=found.ids,
        labels=np.array([class_name(label) for label in found.labels.tolist()], np.str_),
        kind=kind,
        values=outputs,
        class_names=None if outputs.shape[1] == 1 else names,
        splits=np.full(len(found), "test"),
        columns=found.columns,
        previews=_provenance.previews(found),
    )


def _loaded(path: Path) -> keras.Model:
    if not path.exists():
        raise UserError(
            f"Expected a .keras file. Received: --model={path} (does not exist). Paths are taken "
            "from the current directory."
        )
    for name in catalog.names("backbones/layers"):
        catalog.find("backbones/layers", name)  # once imported, Keras can build it again
    try:
        model = keras.saving.load_model(path, compile=False)
    except UserError:
        raise
    except (ValueError, TypeError, OSError, KeyError) as error:
        raise UserError(
            f"Expected a .keras file that loads without running foreign code. Received: "
            f"--model={path} ({str(error)[:200]}). Save it anew with model.save(...), or let your "
            "own program write its answers to a file and give that as --predictions."
        ) from None
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise UserError(
            "Expected a model of one input and one output. Received: "
            f"--model={path} with {len(model.inputs)} inputs and {len(model.outputs)} outputs. "
            "Give its answers as --predictions."
        )
    return model


def _inputs(model: keras.Model, examples: Dataset, path: Path) -> Any:
    wanted = model.inputs[0]
    if examples.modality == "text":
        if wanted.dtype != "string":
            raise UserError(
                "Expected a model that reads strings, with its tokenizer inside. Received: "
                f"--model={path}, which reads {wanted.dtype}. Give its answers as --predictions."
            )
        texts = np.array(examples.inputs.tolist(), dtype=object)
        texts = texts[:, None] if len(wanted.shape) == 2 else texts
        return keras.ops.convert_to_tensor(texts.tolist(), dtype="string")
    shape = tuple(wanted.shape)
    if len(shape) != 4 or shape[1] is None or shape[3] not in (1, 3):
        raise UserError(
            "Expected a model that reads images (height, width, 1 or 3) of a fixed size. Received: "
            f"--model={path}, whose input has the shape {shape}."
        )
    (pixels,) = Image(shape[1:3])(examples.inputs.tolist()).arrays.values()
    return pixels if shape[3] == 3 else pixels.mean(axis=-1, keepdims=True)


def _classes(examples: Dataset, width: int, task: Any) -> tuple[str, ...]:
    """The class of each output: the names in the order in which the task counts them."""
    known = max(width, 2)
    names = np.unique([class_name(label) for label in examples.labels.tolist()])
    task = task or catalog.find("tasks", "binary" if known == 2 else "multiclass")()
    vocabulary: tuple[str, ...] = task.fit_labels(names).class_names
    if width in _IMAGENET and len(vocabulary) != known:
        raise UserError(
            f"Expected a head with one output for each of the {len(vocabulary)} classes. Received: "
            f"{width} outputs, those of ImageNet: the classifier of the pretrained network was "
            "left in place. Fine-tune it with --mode=finetune --backbone=keras://…, which puts a "
            "new head in its place."
        )
    if len(vocabulary) != known:
        raise UserError(
            f"Expected labels of {known} classes, one for each output of the model. Received: "
            f"{len(vocabulary)}: {', '.join(vocabulary)}. Judge it on data that have them all."
        )
    return vocabulary
