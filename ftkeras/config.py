"""The settings of a run, frozen. `flags.py` makes one from a command line."""

from dataclasses import dataclass
from pathlib import Path

from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.handles import Handle


@dataclass(frozen=True)
class RunConfig:
    """Everything that decides a run's numbers, and where it writes.

    Args:
        mode: The workflow, a file in `workflows/`.
        backbone: Which pretrained weights.
        task: What the answer is, a file in `tasks/`.
        data: Where the labelled examples come from, a file in `data/sources/`.
        run_dir: The directory that becomes the whole truth of the run.
        head: What is attached to the backbone, a file in `heads/`.
        phases: The recipe, in order.
        metrics: Streaming metrics, files in `metrics/`; empty means those the task recommends.
        split: The rule that makes train, validation and test, a file in `data/splits/`.
        tap: Which output of the backbone feeds the head; `None` takes the backbone's default.
        preprocess: Arguments for the backbone's preprocessing (`sequence_length`, `image_size`).
        seed: The one seed from which all others are drawn.
        cache_dir: Where features of frozen backbones are kept, shared by all runs.
    """

    mode: str
    backbone: Handle
    task: Call
    data: Call
    run_dir: Path
    head: Call = Call("linear")
    phases: tuple[Phase, ...] = (Phase(freezing=Call("linear_probe")),)
    metrics: tuple[Call, ...] = ()
    split: Call = Call("stratified")
    tap: str | None = None
    preprocess: Call = Call("preprocess")
    seed: int = 0
    cache_dir: Path = Path("runs/feature_cache")
