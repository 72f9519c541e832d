"""What each flag is called and says: the text of `--help`, group by group."""

from collections.abc import Iterator
from dataclasses import dataclass

from ftkeras import catalog
from ftkeras.config import PRECISIONS
from ftkeras.contracts import phase, schedule


@dataclass(frozen=True)
class Flag:
    """A flag as a person reads it.

    Args:
        name: What stands after the dashes.
        help_: What it does, what may be written, and its default.
        repeated: Whether it may be given several times.
        switch: Whether it may stand alone, without a value.
    """

    name: str
    help_: str
    repeated: bool = False
    switch: bool = False


def groups() -> dict[str, tuple[Flag, ...]]:
    """Returns all flags by group, in the order in which `--help` shows them.

    Example:
        >>> [flag.name for flag in groups()["What to do"]]
        ['mode']
    """
    return {name: tuple(flags()) for name, flags in _GROUPS}


def _offered(kind: str) -> str:
    return ", ".join(catalog.names(kind))


def _what() -> Iterator[Flag]:
    yield Flag("mode", f"One of: {_offered('workflows')}. Default: finetune.")


def _data() -> Iterator[Flag]:
    yield Flag(
        "data",
        "Where the labelled examples come from, for example csv(path='reviews.csv', "
        f"text='review', label='sentiment'). One of: {_offered('data/sources')}.",
    )
    yield Flag(
        "on_bad_row",
        "What becomes of rows and files that cannot be used. error: the first are named, and "
        "nothing runs. skip: they are left out and told. quarantine: besides, each is written with "
        "its reason to quarantine.jsonl in run_dir. Default: error.",
    )
    yield Flag(
        "clean",
        "How texts are cleaned, in all parts alike and before repeats are looked for; repeat for "
        f"more, in order. Default: not at all. One of: {_offered('data/cleaning')}.",
        repeated=True,
    )
    yield Flag(
        "predictions",
        "For --mode=evaluate: a file of labels and answers that any other program wrote, or how "
        "to read it, for example csv(path='answers.csv', probability='score'). One of: "
        f"{_offered('data/predictions')}.",
    )
    yield Flag(
        "model",
        "For --mode=evaluate: a .keras file of anyone, with its preprocessing inside, to answer "
        "--data. Needs --outputs.",
    )
    yield Flag("outputs", "What that model gives: logits or probabilities. Never guessed.")
    yield Flag(
        "runs",
        "For --mode=compare: run directories and files of predictions, joined by commas.",
        repeated=True,
    )
    yield Flag(
        "examples",
        "For --mode=compare: shared compares on the examples that all runs answered, where they "
        "differ. Default: all.",
    )
    yield Flag(
        "cost",
        "For --mode=compare: recorded shows only what the runs recorded; measured loads each "
        "model, too, and measures latency and memory. For --mode=rank_backbones and "
        "describe_backbone: recorded does not measure memory. Default: measured.",
    )
    yield Flag(
        "split",
        "How train, validation and test are made. Default: stratified. One of: "
        f"{_offered('data/splits')}.",
    )
    yield Flag(
        "folds",
        "For --mode=cross_validate, and for a nested --mode=tune: how the folds are made, for "
        "example grouped(column='author', folds=5). Default: stratified. One of: "
        f"{_offered('data/folds')}.",
    )
    yield Flag("task", f"What the answer is. One of: {_offered('tasks')}.")


def _model() -> Iterator[Flag]:
    yield Flag(
        "backbone",
        "Pretrained weights: a directory, a .keras file, or a handle that starts "
        f"with {', '.join(f'{name}://' for name in catalog.names('backbones'))}. Repeat it for "
        "--mode=rank_backbones; elsewhere the last one counts. For inputs of several parts, one "
        "for each: --backbone=text=preset://… --backbone=image=application://…. What its source "
        "takes besides follows in brackets: application://ResNet50(weights='mine.h5', fit='pad').",
        repeated=True,
    )
    yield Flag(
        "pair",
        "For pairs of texts: two_towers reads each text by itself, cross_encoder both in one "
        "sequence. Default: two_towers.",
    )
    yield Flag("tap", "Which output of the backbone feeds the head. Default: the backbone's own.")
    yield Flag("head", f"What is attached. Default: linear. One of: {_offered('heads')}.")
    yield Flag("sequence_length", "Longest text, in tokens. Default: the backbone's own.")
    yield Flag("image_size", "Height and width in pixels. Default: the backbone's own.")
    yield Flag(
        "seconds",
        "How much of each sound is used, from its beginning: less is faster. Default: the "
        "backbone's own, which is also the most.",
    )
    yield Flag(
        "preprocessor", "The SavedModel that makes tokens for a tfhub:// backbone of tokens."
    )


def _recipe() -> Iterator[Flag]:
    yield Flag(
        "phase",
        "One stretch of training, for example top_blocks(count=2, epochs=3, "
        "learning_rate=2e-5); repeat for more, in order. Default: linear_probe. One of: "
        f"{_offered('freezing')}. Each also takes {', '.join(phase.SETTINGS)}, which "
        "ftkeras.contracts.phase.Phase explains. Schedules: "
        f"{', '.join(schedule.SCHEDULES)}.",
        repeated=True,
    )
    yield Flag(
        "recipe",
        "Instead of --phase: auto starts from a probe and unfreezes from the top only while "
        "validation shows a gain beyond noise, for example auto(most_blocks=4, epochs=3). One of: "
        f"{_offered('training/recipes')}.",
    )
    yield Flag(
        "precision",
        "What the backbone computes in; weights, head, loss and metrics stay float32. One of: "
        f"{', '.join(PRECISIONS)}. Default: float32.",
    )
    yield Flag("jit_compile", "Whether XLA compiles training: true, false or auto. Default: auto.")
    yield Flag(
        "augment",
        "How training examples, and no others, are changed anew in each view, for example "
        "flip_and_crop(smallest=0.5) or edit_words(delete=0.1); repeat for more, in order. "
        f"Default: not at all. One of: {_offered('data/augmentation')}.",
        repeated=True,
    )
    yield Flag(
        "views",
        "With --augment: how many views of each training example pass a frozen backbone, once, and "
        "are kept; each epoch takes another. Thawed phases take new views in every epoch. "
        "Default: 4.",
    )
    yield Flag(
        "balance",
        "What to do about rare classes in the training part; validation and test stay as they are. "
        f"One of: {_offered('data/balance')}.",
    )
    yield Flag(
        "loss",
        "What training minimises instead of the task's own loss, for example focal(gamma=2); the "
        f"epoch is then chosen by it, too. One of: {_offered('training/losses')}.",
    )
    yield Flag(
        "metric",
        "A metric to stream during training, for example f1_score(average="
        f"'macro'); repeat for more. Default: the task's own. One of: {_offered('metrics')}.",
        repeated=True,
    )
    yield Flag(
        "monitor",
        "What validation chooses the best epoch by, and what the patience of a phase waits for: a "
        "metric, whose better direction is known, for example f1_score(average='macro'), or loss. "
        "Default: the task's own; with --loss, that loss.",
    )
    yield Flag(
        "threshold",
        "How validation chooses the decision threshold of a binary task, for example "
        "cost(false_positive=1, false_negative=9). Default: 0.5. One of: "
        f"{_offered('thresholds')}.",
    )
    yield Flag(
        "calibration",
        "How probabilities are corrected on validation. Default: not at all. One of: "
        f"{_offered('calibration')}.",
    )


def _choice() -> Iterator[Flag]:
    yield Flag(
        "repeats",
        "For --mode=cross_validate: draw folds, initial weights and data order anew so often; "
        "from 3 on, the spread is split into these three. Default: 1.",
    )
    yield Flag(
        "learning_rates",
        "For --mode=cross_validate: rates to choose from inside each fold, for example "
        "1e-4,1e-3,1e-2. Default: that of the phase.",
        repeated=True,
    )
    yield Flag(
        "search",
        "For --mode=tune: a setting and its values, for example learning_rate=loguniform(1e-5, "
        "1e-3), head.dropout=uniform(0, 0.5), phase.0.epochs=integers(5, 40), "
        "head=choice('linear', 'mlp'); repeat for more.",
        repeated=True,
    )
    yield Flag("trials", "For --mode=tune: trials in all, over all workers. Default: 20.")
    yield Flag(
        "storage",
        "For --mode=tune: the database that all workers share, for example "
        "postgresql://host/name. Default: a SQLite file in run_dir.",
    )
    yield Flag(
        "halving",
        "For --mode=rank_backbones: begin on small subsets and drop the hopeless.",
        switch=True,
    )
    yield Flag(
        "random_twin",
        "Rank or judge each backbone against itself with random weights (one more pass). With "
        "--mode=finetune, --random_twin=trained trains these end to end, too, for as many epochs "
        "as the recipe, at most 20.",
        switch=True,
    )


def _run() -> Iterator[Flag]:
    yield Flag("run_dir", "The directory that becomes the whole truth of the run.")
    yield Flag("seed", "The one seed from which all others are drawn. Default: 0.")
    yield Flag(
        "cache_dir",
        "Where features of frozen backbones are kept for all runs. Default: runs/feature_cache.",
    )
    yield Flag(
        "trust",
        "SHA-256 of a SavedModel, inside a finished run or a .keras file, that may be run; the "
        "refusal names it. Repeat for more.",
        repeated=True,
    )
    yield Flag("keras_backend", "tensorflow or jax. Default: what Keras is set to.")
    yield Flag(
        "language",
        "Of reports, en or zh. With --mode=evaluate a finished run is told anew in it; nothing is "
        "computed. Default: that of the run, or en.",
    )


_GROUPS = (
    ("What to do", _what),
    ("Data", _data),
    ("Model", _model),
    ("Recipe", _recipe),
    ("Choosing", _choice),
    ("Run", _run),
)
