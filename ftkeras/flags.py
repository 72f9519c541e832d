"""The command line: the only place that defines and reads flags."""

import textwrap
from collections.abc import Callable
from functools import partial

from absl import flags

from ftkeras import catalog
from ftkeras.config import PRECISIONS, RunConfig
from ftkeras.errors import UserError

_USAGE = """\
python -m ftkeras.run: fine-tune a pretrained backbone and judge the result honestly.

  python -m ftkeras.run --flagfile=experiments/tweet_sentiment/run.flags
  python -m ftkeras.run --mode=check_data --task=binary --data="csv(path='reviews.csv')"
  python -m ftkeras.run --mode=evaluate --run_dir=runs/tweet_sentiment
"""


def define(values: flags.FlagValues) -> dict[str, list[str]]:
    """Defines every flag of ftkeras; returns the names by group, for `--help`.

    Args:
        values: Where to define them.
    """
    groups: dict[str, list[str]] = {}
    for group, add_all in _GROUPS:
        add_all(partial(_add, values, groups.setdefault(group, [])))
    flags.DEFINE_boolean("help", False, "Show this help.", short_name="h", flag_values=values)
    return groups


def _add(
    values: flags.FlagValues,
    names: list[str],
    name: str,
    help_: str,
    *,
    repeated: bool = False,
    switch: bool = False,
) -> None:
    names.append(name)
    if repeated:
        flags.DEFINE_multi_string(name, [], help_, flag_values=values)
    elif switch:
        # As words, not as a boolean flag: --random_twin alone, and also --random_twin=trained.
        words = flags.Flag(flags.ArgumentParser(), None, name, None, help_, boolean=True)
        flags.DEFINE_flag(words, flag_values=values)
    else:
        flags.DEFINE_string(name, None, help_, flag_values=values)


def parse(argv: list[str]) -> RunConfig | None:
    """Reads a command line; prints nothing.

    Args:
        argv: Arguments without the program's name; `--flagfile=` is followed, also nested.

    Returns:
        The settings, or `None` when help was asked for.

    Raises:
        UserError: An unknown flag or a wrong value; the message says what to write instead.
    """
    values = flags.FlagValues()
    define(values)
    try:
        rest = values(["ftkeras.run", *argv])[1:]
    except flags.Error as error:
        raise UserError(f"{error} (see --help).") from None
    except OSError as error:
        raise UserError(f"Expected a readable flagfile. Received: {error}.") from None
    if rest:
        raise UserError(
            f"Expected flags such as --mode=finetune. Received: {' '.join(rest)}. "
            "Write --name=value; quote values that hold spaces or brackets."
        )
    given = {name: values[name].value for name in values}
    if given.pop("help"):
        return None
    given.pop("h", None)
    return RunConfig.read(**given)


def help_text() -> str:
    """Returns the grouped help."""
    values = flags.FlagValues()
    lines = [_USAGE]
    for group, names in define(values).items():
        lines.append(f"{group}:")
        for name in names:
            lines.append(f"  --{name}")
            lines.append(textwrap.indent(textwrap.fill(_own_words(values[name].help), 88), " " * 6))
        lines.append("")
    lines.append("Flags may stand in a file, one a line: --flagfile=run.flags. Repeated flags add")
    lines.append(
        "up over nested flagfiles; for all others, and for --backbone outside of modes that"
    )
    lines.append("rank, the last one counts.")
    return "\n".join(lines)


def _offered(kind: str) -> str:
    return ", ".join(catalog.names(kind))


def _what(add: Callable[..., None]) -> None:
    add("mode", f"One of: {_offered('workflows')}. Default: finetune.")


def _data(add: Callable[..., None]) -> None:
    add(
        "data",
        "Where the labelled examples come from, for example csv(path='reviews.csv', "
        f"text='review', label='sentiment'). One of: {_offered('data/sources')}.",
    )
    add(
        "on_bad_row",
        "What becomes of rows and files that cannot be used. error: the first are named, and "
        "nothing runs. skip: they are left out and told. quarantine: besides, each is written with "
        "its reason to quarantine.jsonl in run_dir. Default: error.",
    )
    add(
        "clean",
        "How texts are cleaned, in all parts alike and before repeats are looked for; repeat for "
        f"more, in order. Default: not at all. One of: {_offered('data/cleaning')}.",
        repeated=True,
    )
    add(
        "predictions",
        "For --mode=evaluate: a file of labels and answers that any other program wrote, or how "
        "to read it, for example csv(path='answers.csv', probability='score'). One of: "
        f"{_offered('data/predictions')}.",
    )
    add(
        "model",
        "For --mode=evaluate: a .keras file of anyone, with its preprocessing inside, to answer "
        "--data. Needs --outputs.",
    )
    add("outputs", "What that model gives: logits or probabilities. Never guessed.")
    add(
        "runs",
        "For --mode=compare: run directories and files of predictions, joined by commas.",
        repeated=True,
    )
    add(
        "examples",
        "For --mode=compare: shared compares on the examples that all runs answered, where they "
        "differ. Default: all.",
    )
    add(
        "cost",
        "For --mode=compare: recorded shows only what the runs recorded; measured loads each "
        "model, too, and measures latency and memory. Default: measured.",
    )
    add(
        "split",
        "How train, validation and test are made. Default: stratified. One of: "
        f"{_offered('data/splits')}.",
    )
    add(
        "folds",
        "For --mode=cross_validate, and for a nested --mode=tune: how the folds are made, for "
        "example grouped(column='author', folds=5). Default: stratified. One of: "
        f"{_offered('data/folds')}.",
    )
    add("task", f"What the answer is. One of: {_offered('tasks')}.")


def _model(add: Callable[..., None]) -> None:
    add(
        "backbone",
        "Pretrained weights: a directory, a .keras file, or a handle that starts "
        f"with {', '.join(f'{name}://' for name in catalog.names('backbones'))}. Repeat it for "
        "--mode=rank_backbones; elsewhere the last one counts. For inputs of several parts, one "
        "for each: --backbone=text=preset://… --backbone=image=application://…. What its source "
        "takes besides follows in brackets: application://ResNet50(weights='mine.h5', fit='pad').",
        repeated=True,
    )
    add(
        "pair",
        "For pairs of texts: two_towers reads each text by itself, cross_encoder both in one "
        "sequence. Default: two_towers.",
    )
    add("tap", "Which output of the backbone feeds the head. Default: the backbone's own.")
    add("head", f"What is attached. Default: linear. One of: {_offered('heads')}.")
    add("sequence_length", "Longest text, in tokens. Default: the backbone's own.")
    add("image_size", "Height and width in pixels. Default: the backbone's own.")
    add(
        "seconds",
        "How much of each sound is used, from its beginning: less is faster. Default: the "
        "backbone's own, which is also the most.",
    )
    add("preprocessor", "The SavedModel that makes tokens for a tfhub:// backbone of tokens.")


def _recipe(add: Callable[..., None]) -> None:
    add(
        "phase",
        "One stretch of training, for example top_blocks(count=2, epochs=3, "
        "learning_rate=2e-5); repeat for more, in order. Default: linear_probe. One of: "
        f"{_offered('freezing')}.",
        repeated=True,
    )
    add(
        "recipe",
        "Instead of --phase: auto starts from a probe and unfreezes from the top only while "
        "validation shows a gain beyond noise, for example auto(most_blocks=4, epochs=3). One of: "
        f"{_offered('training/recipes')}.",
    )
    add(
        "precision",
        "What the backbone computes in; weights, head, loss and metrics stay float32. One of: "
        f"{', '.join(PRECISIONS)}. Default: float32.",
    )
    add("jit_compile", "Whether XLA compiles training: true, false or auto. Default: auto.")
    add(
        "augment",
        "How training examples, and no others, are changed anew in each view, for example "
        "flip_and_crop(smallest=0.5) or edit_words(delete=0.1); repeat for more, in order. "
        f"Default: not at all. One of: {_offered('data/augmentation')}.",
        repeated=True,
    )
    add(
        "views",
        "With --augment: how many views of each training example pass a frozen backbone, once, and "
        "are kept; each epoch takes another. Thawed phases take new views in every epoch. "
        "Default: 4.",
    )
    add(
        "balance",
        "What to do about rare classes in the training part; validation and test stay as they are. "
        f"One of: {_offered('data/balance')}.",
    )
    add(
        "loss",
        "What training minimises instead of the task's own loss, for example focal(gamma=2); the "
        f"epoch is then chosen by it, too. One of: {_offered('training/losses')}.",
    )
    add(
        "metric",
        "A metric to stream during training, for example f1_score(average="
        f"'macro'); repeat for more. Default: the task's own. One of: {_offered('metrics')}.",
        repeated=True,
    )
    add(
        "monitor",
        "What validation chooses the best epoch by, and what the patience of a phase waits for: a "
        "metric, whose better direction is known, for example f1_score(average='macro'), or loss. "
        "Default: the task's own; with --loss, that loss.",
    )
    add(
        "threshold",
        "How validation chooses the decision threshold of a binary task, for example "
        "cost(false_positive=1, false_negative=9). Default: 0.5. One of: "
        f"{_offered('thresholds')}.",
    )
    add(
        "calibration",
        "How probabilities are corrected on validation. Default: not at all. One of: "
        f"{_offered('calibration')}.",
    )


def _choice(add: Callable[..., None]) -> None:
    add(
        "repeats",
        "For --mode=cross_validate: draw folds, initial weights and data order anew so often; "
        "from 3 on, the spread is split into these three. Default: 1.",
    )
    add(
        "learning_rates",
        "For --mode=cross_validate: rates to choose from inside each fold, for example "
        "1e-4,1e-3,1e-2. Default: that of the phase.",
        repeated=True,
    )
    add(
        "search",
        "For --mode=tune: a setting and its values, for example learning_rate=loguniform(1e-5, "
        "1e-3), head.dropout=uniform(0, 0.5), phase.0.epochs=integers(5, 40), "
        "head=choice('linear', 'mlp'); repeat for more.",
        repeated=True,
    )
    add("trials", "For --mode=tune: trials in all, over all workers. Default: 20.")
    add(
        "storage",
        "For --mode=tune: the database that all workers share, for example "
        "postgresql://host/name. Default: a SQLite file in run_dir.",
    )
    add(
        "halving",
        "For --mode=rank_backbones: begin on small subsets and drop the hopeless.",
        switch=True,
    )
    add(
        "random_twin",
        "Rank or judge each backbone against itself with random weights (one more pass). With "
        "--mode=finetune, --random_twin=trained trains these end to end, too, for as many epochs "
        "as the recipe, at most 20.",
        switch=True,
    )


def _run(add: Callable[..., None]) -> None:
    add("run_dir", "The directory that becomes the whole truth of the run.")
    add("seed", "The one seed from which all others are drawn. Default: 0.")
    add(
        "cache_dir",
        "Where features of frozen backbones are kept for all runs. Default: runs/feature_cache.",
    )
    add(
        "trust",
        "For --mode=evaluate: SHA-256 of a SavedModel inside a finished run that may be run; the "
        "refusal names it. Repeat for more.",
        repeated=True,
    )
    add("keras_backend", "tensorflow or jax. Default: what Keras is set to.")
    add(
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


def _own_words(help_: str) -> str:
    """Leaves out what absl adds to every repeated flag."""
    return help_.partition(";\n    repeat this option")[0]
