"""A finished run, loaded to answer new inputs."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras import call_string, catalog
from ftkeras.backbones import preprocessing
from ftkeras.backbones.saved_model import trust
from ftkeras.call_string import Call
from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.calibration import CalibrationMethod
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.object_task import ObjectTask
from ftkeras.contracts.task import BY_POSITION, OBJECTS, Labels, Task
from ftkeras.data import table
from ftkeras.data.clean import cleaner
from ftkeras.errors import UserError
from ftkeras.records.decision import Decision
from ftkeras.records.run_record import RunRecord
from ftkeras.training.examples import from_inputs, of_width
from ftkeras.training.length_buckets import round_up
from ftkeras.training.prediction import predict, predict_together

# Examples whose outputs are turned into objects together.
_AT_ONCE = 256


@dataclass(frozen=True)
class FineTuned:
    """A model with its own preprocessing and vocabulary; it needs nothing but its run directory.

    Args:
        model: Preprocessed inputs to logits.
        preprocess: Raw inputs to preprocessed ones.
        task: How logits are read.
        vocabulary: Class names.
        decision: Calibration and threshold that validation chose; `None` leaves probabilities as
            the model states them, and answers the most probable class.
        clean: How texts are cleaned first, as those of the run were.
    """

    model: keras.Model
    preprocess: Preprocess
    task: Task
    vocabulary: Labels
    decision: Decision | None = None
    clean: tuple[Call, ...] = ()

    def logits(self, values: Sequence[Any], batch_size: int = 32) -> NDArray[np.float32]:
        """Returns `(examples, outputs)` float32 logits; row `i` belongs to `values[i]`.

        Args:
            values: Texts, image paths or image arrays.
            batch_size: Examples a batch.
        """
        unknown = np.zeros(len(values), "int64")
        clean_one = cleaner(self.clean)
        cleaned = [clean_one(value) for value in values] if self.clean else values
        rows = from_inputs(cleaned, unknown, self.preprocess, round_up)
        by_position = self.task.kind in (*BY_POSITION, "spans")
        rows = dataclasses.replace(rows, by_position=by_position)
        if 0 < len(values) <= batch_size:
            return predict_together(self.model, rows)
        return predict(self.model, rows, batch_size)

    def answers(self, values: Sequence[Any], batch_size: int = 32) -> NDArray[np.object_]:
        """Returns `(examples,)` answers that are objects, as predictions on disk hold them.

        Args:
            values: Texts, image paths or image arrays.
            batch_size: Examples a batch.

        Raises:
            ValueError: The task answers with numbers.
        """
        if self.task.kind not in OBJECTS:
            raise ValueError(
                f"Expected a task of {', '.join(OBJECTS)}. Received: {self.task.name}."
            )
        task, found = cast(ObjectTask, self.task), [np.empty(0, object)]
        for first in range(0, len(values), _AT_ONCE):  # what a model gives out may be large
            examples = _unlabelled(values[first : first + _AT_ONCE], self.preprocess.modality)
            units = examples
            if hasattr(task, "units"):
                units = task.units(examples, self.preprocess)
            outputs = self.logits(units.inputs.tolist(), batch_size)
            found.append(task.answers(outputs, examples, self.preprocess))
        answers = np.concatenate(found)
        if hasattr(task, "silenced"):
            decided = None if self.decision is None else self.decision.thresholds
            answers = task.silenced(answers, (decided or {}).get(self.vocabulary.class_names[-1]))
        return answers

    def probabilities(self, values: Sequence[Any], batch_size: int = 32) -> NDArray[np.float64]:
        """Returns `(examples, classes)` probabilities, calibrated if the run was; numbers as such.

        Args:
            values: Texts, image paths or image arrays.
            batch_size: Examples a batch.
        """
        return self._shares(self.logits(values, batch_size))

    def predict(self, values: Sequence[Any], batch_size: int = 32) -> list[Any]:
        """Returns the answer for each input: by the run's threshold, else the most probable class.

        With several labels an answer is the list of those that hold; numbers are a float, or a
        list of them. Of a list of documents the answer is the list of their scores, of a list of
        words that of their tags. A mask is a
        uint8 array of the size of the picture; boxes are a list of `label`, `box` (left, top, right
        and bottom in its pixels) and `score`, the most probable first.

        Args:
            values: Texts, image paths or image arrays.
            batch_size: Examples a batch.
        """
        if self.task.kind in OBJECTS:
            objects = self.answers(values, batch_size)
            if hasattr(self.task, "named"):
                return self.task.named(objects, self.vocabulary.class_names)
            return self.task.told(objects) if hasattr(self.task, "told") else objects.tolist()
        names, best = self.vocabulary.class_names, self._best(self.logits(values, batch_size))
        if self.task.kind == "numbers":
            return best.tolist()
        if self.task.kind == "relevances":
            return [row[: len(value)].tolist() for row, value in zip(best, values, strict=True)]
        if self.task.kind == "tags":
            best = of_width(best, max(map(len, values), default=0), 0)
            return [[names[k] for k in row[: len(v)]] for row, v in zip(best, values, strict=True)]
        if self.task.kind == "labels":
            return [[names[k] for k in np.flatnonzero(row)] for row in best]
        return [names[index] for index in best]

    def _best(self, logits: NDArray[np.float32]) -> NDArray[Any]:
        names, decision = self.vocabulary.class_names, self.decision
        if decision is not None and self.task.kind == "labels":
            return (self._shares(logits) > decision.of_labels(names)).astype("int8")
        if decision is None or self.task.kind != "classes":
            return self.task.predict_label(logits)
        if decision.thresholds:
            threshold = decision.thresholds[names[1]]
            return (self._shares(logits)[:, 1] > threshold).astype("int64")
        return self._shares(logits).argmax(axis=1)

    def _shares(self, logits: NDArray[np.float32]) -> NDArray[np.float64]:
        if self.decision is None or not self.decision.calibration:
            return np.asarray(self.task.probabilities(logits))
        call = call_string.parse(self.decision.calibration)
        method: CalibrationMethod = catalog.build("calibration", call)
        return np.asarray(method.restore(self.decision.parameters)(logits))


def load(run_dir: Path | str, *, trusted: Sequence[str] = ()) -> FineTuned:
    """Loads a finished run, in Keras' safe mode: no code that the file carries is run.

    Args:
        run_dir: What `--run_dir` was.
        trusted: SHA-256 of the SavedModels that may run all the same; see
            `ftkeras.backbones.trusting`. Runs on a backbone of `tfhub://` need them.

    Raises:
        UserError: The directory holds no finished run, or one with a SavedModel that is not
            trusted.

    Example:
        >>> load("runs/no_such_run")
        Traceback (most recent call last):
        ...
        ftkeras.errors.UserError: Expected the record of a finished run. Received: ...
    """
    directory = Path(run_dir)
    record = RunRecord.read(directory / "record.json")
    with trust.trusting(*trusted):
        preprocess = preprocessing.load(directory / "preprocessing")
        model = _model(directory)
    return FineTuned(
        model=model,
        preprocess=preprocess,
        task=catalog.build("tasks", task_call(record)),
        vocabulary=Labels(tuple(record.task["class_names"])),
        decision=Decision.read(directory / "decision.json"),
        clean=tuple(call_string.parse(text) for text in record.config.get("clean", ())),
    )


def _unlabelled(values: Sequence[Any], modality: str) -> Dataset:
    numbers = np.arange(len(values)).astype(str)
    nothing = np.full(len(values), None, object)
    return Dataset(modality, numbers, table.object_array(values), nothing, numbers.astype(object))


def task_call(record: RunRecord) -> Call:
    """Returns the task of a run with its arguments, as far as its record tells them."""
    named = Call(record.task["name"])
    asked = call_string.parse(str(record.config.get("task") or named))
    return asked if asked.name == named.name else named


def _model(directory: Path) -> keras.Model:
    for name in catalog.names("backbones/layers"):
        catalog.find("backbones/layers", name)  # once imported, Keras can build it again
    try:
        return keras.saving.load_model(directory / "model.keras", compile=False, safe_mode=True)
    except UserError:
        raise
    except (OSError, ValueError, TypeError) as error:
        raise UserError(
            "Expected a model.keras as finetune wrote it. Received: "
            f"run_dir={directory} ({type(error).__name__}: {error}). Replay the run from its "
            "run.flags."
        ) from error
