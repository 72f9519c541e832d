"""The settings of a run, frozen, and checked against each other."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftkeras import call_string, catalog, handles
from ftkeras.call_string import Call
from ftkeras.contracts import search
from ftkeras.contracts.phase import Phase
from ftkeras.contracts.search import Dimension
from ftkeras.errors import UserError
from ftkeras.handles import Handle
from ftkeras.setting_readers import (
    LANGUAGES,
    NAMES,
    PRECISIONS,
    listed,
    predictions_call,
    read_one,
    told,
)

__all__ = ["LANGUAGES", "PRECISIONS", "RunConfig", "predictions_call"]

_FIELDS = {"backbone": "backbones", "phase": "phases", "metric": "metrics"}


@dataclass(frozen=True)
class RunConfig:
    """Everything that decides a run's numbers, and where it writes.

    Args:
        mode: The workflow, a file in `workflows/`.
        run_dir: The directory that is the whole truth of the run.
        backbones: Which pretrained weights. Modes that rank take all of them; in all others the
            last one given counts, so that a flagfile's can be overridden.
        task: What the answer is, a file in `tasks/`.
        data: Where the labelled examples come from, a file in `data/sources/`.
        on_bad_row: What becomes of rows that cannot be used: `"error"`, `"skip"`, or
            `"quarantine"`, which also writes them with their reasons to `run_dir`; `None` leaves
            it to `data`.
        clean: How texts are cleaned before anything looks at them, files in `data/cleaning/`.
        predictions: Answers that another program wrote, a file in `data/predictions/`.
        model: A `.keras` file of anyone to be evaluated, with its preprocessing inside.
        outputs: Whether that gives `"logits"` or `"probabilities"`.
        runs: For a comparison: run directories and files of predictions.
        examples: For a comparison: `"shared"` takes only the examples that all runs answered;
            otherwise different examples are an error.
        cost: For a comparison: `"recorded"` takes the costs that the runs recorded; otherwise each
            model is loaded, too, and its latency and memory are measured. For a ranking or
            description of backbones: `"recorded"` does not measure memory.
        split: The rule that makes train, validation and test, a file in `data/splits/`.
        folds: For cross-validation: the rule that makes the folds, a file in `data/folds/`;
            `None` takes `stratified`.
        repeats: For cross-validation: how often everything random is drawn anew; `None` takes the
            fold rule's own number.
        learning_rates: For cross-validation: rates of which validation chooses in each fold; empty
            takes that of the phase.
        head: What is attached to the backbone, a file in `heads/`.
        tap: Which output of the backbone feeds the head; `None` takes the backbone's default.
        sequence_length: Longest text, in tokens; `None` takes the backbone's default.
        image_size: Height and width in pixels; `None` takes the backbone's default.
        seconds: How much of each sound is used; `None` takes the backbone's default.
        preprocessor: The SavedModel that makes tokens for a `tfhub://` backbone of tokens.
        pair: How a text backbone reads pairs of texts, one of `handles.PAIRS`; `None` is
            `two_towers`.
        trust: SHA-256 of SavedModels that may run when a finished run that holds them is loaded.
        phases: The recipe, in order; empty where `recipe` writes it.
        recipe: What writes the phases itself, a file in `training/recipes/`.
        precision: What the backbone computes in, one of `PRECISIONS`; `None` is `float32`.
        jit_compile: Whether XLA compiles training: `true`, `false`, or `auto`, which is `None`.
        augment: How training examples are changed in each view, files in `data/augmentation/`.
        views: How many views of each training example are kept while the backbone is frozen.
        balance: What is done about rare classes in the training part, a file in `data/balance/`.
        loss: What training minimises instead of the task's own, a file in `training/losses/`.
        metrics: Streaming metrics, files in `metrics/`; empty takes those of the task.
        monitor: What validation chooses the best epoch by, and what `patience` waits for: a file in
            `metrics/`, or `loss`; `None` leaves it to the task.
        threshold: How validation chooses the decision threshold of a binary task, a file in
            `thresholds/`; `None` keeps 0.5.
        calibration: How probabilities are corrected on validation, a file in `calibration/`;
            `None` leaves them as the model states them.
        seed: The one seed from which all others are drawn.
        cache_dir: Where features of frozen backbones are kept, shared by all runs.
        keras_backend: `tensorflow` or `jax`; `None` leaves it to Keras.
        language: Of reports, one of `LANGUAGES`; `None` is that of the run, or English.
        search: What tuning may change.
        trials: How many trials tuning makes in all, over all workers.
        storage: Database URL that tuning's workers share; `None` is a SQLite file in `run_dir`.
        halving: Whether ranking drops hopeless backbones on small subsets first.
        random_twin: Whether each backbone is ranked against itself with random weights; a run is
            judged against a probe on them, and with `"trained"` also against the same architecture
            trained from them in full.

    Example:
        >>> config = RunConfig.read(mode="evaluate", run_dir="runs/tweets")
        >>> config.run_dir.name
        'tweets'
    """

    mode: str
    run_dir: Path = Path("runs/unnamed")
    backbones: tuple[Handle, ...] = ()
    task: Call | None = None
    data: Call | None = None
    on_bad_row: str | None = None
    clean: tuple[Call, ...] = ()
    predictions: Call | None = None
    model: Path | None = None
    outputs: str | None = None
    runs: tuple[Path, ...] = ()
    examples: str | None = None
    cost: str | None = None
    split: Call = Call("stratified")
    folds: Call | None = None
    repeats: int | None = None
    learning_rates: tuple[float, ...] = ()
    head: Call = Call("linear")
    tap: str | None = None
    sequence_length: int | None = None
    image_size: int | None = None
    seconds: float | None = None
    preprocessor: str | None = None
    pair: str | None = None
    trust: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = (Phase(freezing=Call("linear_probe")),)
    recipe: Call | None = None
    precision: str | None = None
    jit_compile: str | None = None
    augment: tuple[Call, ...] = ()
    views: int = 4
    balance: Call | None = None
    loss: Call | None = None
    metrics: tuple[Call, ...] = ()
    monitor: Call | None = None
    threshold: Call | None = None
    calibration: Call | None = None
    seed: int = 0
    cache_dir: Path = Path("runs/feature_cache")
    keras_backend: str | None = None
    language: str | None = None
    search: tuple[Dimension, ...] = ()
    trials: int = 20
    storage: str | None = None
    halving: bool = False
    random_twin: bool | str = False

    @property
    def backbone(self) -> Handle | None:
        """The backbone of a run that has one: the last one given."""
        return self.backbones[-1] if self.backbones else None

    @classmethod
    def read(cls, **settings: Any) -> "RunConfig":
        """Reads and checks settings given as text, as on the command line.

        Call strings, handles and paths are parsed; settings that are `None` or empty take their
        default. What a workflow cannot do without is declared in its file (`REQUIRED`).

        Args:
            **settings: The fields of this class by name, `phase`, `metric` and `search` as lists of
                text, `backbone` as text or a list.

        Raises:
            UserError: A setting is wrong or missing; the message starts with its flag.
        """
        given = {key: value for key, value in settings.items() if value not in (None, "", [], ())}
        mode = given.get("mode", "finetune")
        told("mode", mode, lambda name: catalog.check_name("workflows", name))
        required = catalog.constant("workflows", mode, "REQUIRED")
        if "backbone" in required and "backbone" not in given and _is_table(given.get("data")):
            given["backbone"] = "tabular://one_hot"
        given.setdefault("head", _own_head(given.get("task")))
        for name in required:
            if name not in given:
                raise UserError(
                    f"Expected --{name} for --mode={mode}. Received: {name}=None. "
                    f"Add --{name}=... or see --help."
                )
        if "backbone" in given:
            given["backbone"] = handles.joined([str(text) for text in listed(given["backbone"])])
            if "backbone" not in catalog.constant("workflows", mode, "MANY"):
                given["backbone"] = given["backbone"][-1]
        read: dict[str, Any] = {"mode": mode}
        for name, value in given.items():
            if name in NAMES:
                read[_FIELDS.get(name, name)] = read_one(name, value)
            elif name != "mode":
                raise UserError(
                    f"Expected a setting of a run. Received: {name}={value!r}."
                    f"{catalog.nearest(name, [*NAMES, 'mode'])}"
                )
        if "recipe" in read:
            told("recipe", given, _check_recipe)
            read["phases"] = ()
        config = cls(**read)
        told("search", config, _check_search)
        told("on_bad_row", config, _check_said_once)
        return config

    def settings(self) -> dict[str, Any]:
        """Returns the settings as text and numbers, such that `read(**settings())` equals this."""
        values: dict[str, Any] = {"mode": self.mode}
        for name in NAMES:
            value = getattr(self, _FIELDS.get(name, name))
            if (name == "trials" and not self.search) or (name == "views" and not self.augment):
                continue
            if name == "phase" and self.recipe:
                continue
            if isinstance(value, tuple):
                texts = [str(item) for item in value]
                values[name] = texts[0] if name == "backbone" and len(texts) == 1 else texts
            elif value is not None and value is not False:
                values[name] = value if isinstance(value, int) else str(value)
        return values


def _own_head(task: Any) -> str:
    """The head of a run that names none; the task may have one of its own."""
    name = str(task or "").partition("(")[0].strip()
    own = catalog.constant("tasks", name, "HEAD") if name in catalog.names("tasks") else ()
    return own or "linear"


def _is_table(data: Any) -> bool:
    """Whether the inputs are columns alone, for which nothing is pretrained."""
    try:
        call = call_string.parse(str(data))
        catalog.check_name("data/sources", call.name)
        tables = catalog.constant("data/sources", call.name, "TABLES")
    except UserError:
        return False
    if call.arguments.get("name") in tables:
        return True
    columns = call.arguments.keys() & {"numbers", "categories"}
    return bool(columns) and not call.arguments.keys() & {"text", "second_text", "image"}


def _check_search(config: RunConfig) -> None:
    """Reads the settings of trials at the ends of the search space, as their runs would."""
    plain = {k: v for k, v in config.settings().items() if k not in ("search", "trials", "storage")}
    for corner in search.corners(config.search):
        RunConfig.read(**{**search.applied(plain, corner), "mode": "finetune"})


def _check_said_once(config: RunConfig) -> None:
    said = config.data.arguments.get("on_bad_row") if config.data else None
    if config.on_bad_row and said not in (None, config.on_bad_row):
        raise UserError(
            "Expected one word on bad rows. Received: "
            f"--on_bad_row={config.on_bad_row} and --data={config.data}. Leave one of them out."
        )


def _check_recipe(given: dict[str, Any]) -> None:
    if "phase" in given:
        raise UserError(
            "Expected either --recipe, which writes the phases itself, or --phase. Received: "
            f"--recipe={given['recipe']} and --phase={listed(given['phase'])[0]}. Leave one out."
        )
    if given.get("mode", "finetune") != "finetune":
        raise UserError(
            f"Expected --mode=finetune. Received: --mode={given['mode']}. Write the phases that a "
            "run of --mode=finetune chose as --phase."
        )
