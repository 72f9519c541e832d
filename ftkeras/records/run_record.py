"""`record.json`: the settings, versions, digests and results of one run."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ftkeras.errors import UserError
from ftkeras.message import collect, revive
from ftkeras.records import atomic

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Measurement:
    """One number, how sure it is, and what it was counted on.

    Args:
        score: The score's name with its arguments, for example `f1_score(average='macro')`.
        value: The number; `None` when it is undefined.
        low: Lower end of the interval; `None` when there is none.
        high: Upper end of the interval.
        level: Confidence level of the interval.
        num_units: Independent units it was counted on.
        method: How the interval was made, in words.
        direction: `"max"`, `"min"` or `"none"`.
        note: Why the value is undefined, or a certified bound on its error, in words.
    """

    score: str
    value: float | None
    low: float | None
    high: float | None
    level: float
    num_units: int
    method: str
    direction: str
    note: str = ""


@dataclass(frozen=True)
class Comparison:
    """A paired difference between two models on the same units.

    Args:
        score: The score that is compared.
        other: What the model is compared with, for example a baseline's name.
        difference: Score of the model minus score of the other.
        low: Lower end of the interval of the difference.
        high: Upper end.
        p_value: Probability of a difference at least this large if there were none.
        level: Confidence level of the interval.
        num_units: Units both models answered.
        method: How interval and p-value were made, in words.
        adjusted_p_value: The p-value for having looked at several others by this score (Holm);
            `None` where it stands alone.
    """

    score: str
    other: str
    difference: float
    low: float
    high: float
    p_value: float
    level: float
    num_units: int
    method: str
    adjusted_p_value: float | None = None


@dataclass(frozen=True)
class RunRecord:
    """All that a reader needs to trust, replay and compare a run.

    Args:
        command: The command line that replays the run.
        created: When it finished, ISO 8601 in UTC.
        config: Every setting, as in the flagfile.
        versions: Package name -> version, with the Python version and the backend.
        task: `name`, `class_names`, `headline` (the score to look at first).
        data: `source`, `modality`, `examples`, `dropped` (rule -> count), `findings` (what the
            checks found: `severity`, `check`, `message`, `action`), `labels` (part -> class name ->
            count), `digest`.
        split: `rule`, `seed`, `digest`, `counts` (part -> examples).
        backbone: `handle`, `fingerprint`, `parameters`, `tap`, `head`.
        passes: `computed`, `reused` and `saved` passes through the backbone.
        phases: For each phase `phase` (its call string), `trainable_parameters`, `best_epoch`,
            `seconds`, and `history` (log name -> one value an epoch, `None` where undefined); with
            averaged weights `averaged_epochs`, and one value more in `history`; with a range test
            of the learning rate `learning_rates`.
        measurements: Part -> model (`"model"` or a baseline's name) -> measurements.
        comparisons: The model against each baseline on test.
        streamed: Part -> log name -> value, as counted inside Keras; `None` where undefined.
        test_reads: Every time the test part was read: `time` and `reason`.
        seconds: Step name -> wall time.
        analyses: Name of an analysis (calibration, thresholds, slices, ...) -> what it found.
        padding: Share of the positions that went through the backbone, in its frozen pass and in
            training, which were padding; `None` where nothing had a length.
        schema_version: Version of this layout.
    """

    command: str
    created: str
    config: dict[str, Any]
    versions: dict[str, str]
    task: dict[str, Any]
    data: dict[str, Any]
    split: dict[str, Any]
    backbone: dict[str, Any]
    passes: dict[str, int]
    phases: list[dict[str, Any]]
    measurements: dict[str, dict[str, list[Measurement]]]
    comparisons: list[Comparison]
    streamed: dict[str, dict[str, float | None]]
    test_reads: list[dict[str, str]]
    seconds: dict[str, float] = field(default_factory=dict)
    analyses: dict[str, Any] = field(default_factory=dict)
    padding: float | None = None
    schema_version: int = SCHEMA_VERSION

    def write(self, path: Path) -> None:
        """Writes the record as JSON with a digest of its own content.

        Sentences are English. `messages` tells how those that can be translated were made:
        sentence -> `template`, `plural` and `values`.
        """
        content = dataclasses.asdict(self)
        if messages := collect(content):
            content["messages"] = messages
        content["digest"] = _digest(content)
        with atomic.replacing(path) as temporary:
            temporary.write_text(json.dumps(content, indent=2, allow_nan=False), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "RunRecord":
        """Reads a record.

        Raises:
            UserError: The file is missing, damaged, edited, or of another schema version.
        """
        if not path.exists():
            raise UserError(
                f"Expected the record of a finished run. Received: path={path} (does not exist). "
                "Give the run directory that `--mode=finetune` wrote."
            )
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            digest = content.pop("digest")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UserError(
                f"Expected a JSON run record. Received: path={path} (damaged)."
            ) from None
        if content.get("schema_version") != SCHEMA_VERSION:
            raise UserError(
                f"Expected schema version {SCHEMA_VERSION}. Received: path={path} with "
                f"schema_version={content.get('schema_version')!r}. Run it again with this ftkeras."
            )
        if digest != _digest(content):
            raise UserError(
                f"Expected the content that was written. Received: path={path}, whose digest does "
                "not match: it was changed by hand. Replay the run from its run.flags."
            )
        content = revive(content, content.pop("messages", {}))
        content["comparisons"] = [Comparison(**item) for item in content["comparisons"]]
        content["measurements"] = {
            part: {
                model: [Measurement(**item) for item in items] for model, items in models.items()
            }
            for part, models in content["measurements"].items()
        }
        return cls(**content)


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
