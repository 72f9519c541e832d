"""The command line: the only place that defines and reads flags."""

import textwrap

from absl import flags

from ftkeras import catalog
from ftkeras.config import RunConfig
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

    def add(
        group: str, name: str, help_: str, *, repeated: bool = False, switch: bool = False
    ) -> None:
        groups.setdefault(group, []).append(name)
        if repeated:
            flags.DEFINE_multi_string(name, [], help_, flag_values=values)
        elif switch:
            flags.DEFINE_boolean(name, None, help_, flag_values=values)
        else:
            flags.DEFINE_string(name, None, help_, flag_values=values)

    def offered(kind: str) -> str:
        return ", ".join(catalog.names(kind))

    what, data, model, recipe, run = "What to do", "Data", "Model", "Recipe", "Run"
    choice = "Choosing"
    add(what, "mode", f"One of: {offered('workflows')}. Default: finetune.")
    add(
        data,
        "data",
        "Where the labelled examples come from, for example csv(path='reviews.csv', "
        f"text='review', label='sentiment'). One of: {offered('data/sources')}.",
    )
    add(
        data,
        "predictions",
        "For --mode=evaluate: a file of labels and answers that any other program wrote, or how "
        "to read it, for example csv(path='answers.csv', probability='score'). One of: "
        f"{offered('data/predictions')}.",
    )
    add(
        data,
        "split",
        "How train, validation and test are made. Default: stratified. One of: "
        f"{offered('data/splits')}.",
    )
    add(
        data,
        "folds",
        "For --mode=cross_validate: how the folds are made, for example grouped(column='author', "
        f"folds=5). Default: stratified. One of: {offered('data/folds')}.",
    )
    add(data, "task", f"What the answer is. One of: {offered('tasks')}.")
    add(
        model,
        "backbone",
        "Pretrained weights: a directory, a .keras file, or a handle that starts "
        f"with {', '.join(f'{name}://' for name in catalog.names('backbones'))}. Repeat it for "
        "--mode=rank_backbones; elsewhere the last one counts.",
        repeated=True,
    )
    add(model, "tap", "Which output of the backbone feeds the head. Default: the backbone's own.")
    add(model, "head", f"What is attached. Default: linear. One of: {offered('heads')}.")
    add(model, "sequence_length", "Longest text, in tokens. Default: the backbone's own.")
    add(model, "image_size", "Height and width in pixels. Default: the backbone's own.")
    add(
        model, "preprocessor", "The SavedModel that makes tokens for a tfhub:// backbone of tokens."
    )
    add(
        recipe,
        "phase",
        "One stretch of training, for example top_blocks(count=2, epochs=3, "
        "learning_rate=2e-5); repeat for more, in order. Default: linear_probe. One of: "
        f"{offered('freezing')}.",
        repeated=True,
    )
    add(
        recipe,
        "balance",
        "What to do about rare classes in the training part; validation and test stay as they are. "
        f"One of: {offered('data/balance')}.",
    )
    add(
        recipe,
        "loss",
        "What training minimises instead of the task's own loss, for example focal(gamma=2); the "
        f"epoch is then chosen by it, too. One of: {offered('training/losses')}.",
    )
    add(
        recipe,
        "metric",
        "A metric to stream during training, for example f1_score(average="
        f"'macro'); repeat for more. Default: the task's own. One of: {offered('metrics')}.",
        repeated=True,
    )
    add(
        choice,
        "repeats",
        "For --mode=cross_validate: draw folds, initial weights and data order anew so often; "
        "from 3 on, the spread is split into these three. Default: 1.",
    )
    add(
        choice,
        "learning_rates",
        "For --mode=cross_validate: rates to choose from inside each fold, for example "
        "1e-4,1e-3,1e-2. Default: that of the phase.",
        repeated=True,
    )
    add(
        choice,
        "search",
        "For --mode=tune: a setting and its values, for example learning_rate=loguniform(1e-5, "
        "1e-3), head.dropout=uniform(0, 0.5), phase.0.epochs=integers(5, 40), "
        "head=choice('linear', 'mlp'); repeat for more.",
        repeated=True,
    )
    add(choice, "trials", "For --mode=tune: trials in all, over all workers. Default: 20.")
    add(
        choice,
        "storage",
        "For --mode=tune: the database that all workers share, for example "
        "postgresql://host/name. Default: a SQLite file in run_dir.",
    )
    add(
        choice,
        "halving",
        "For --mode=rank_backbones: begin on small subsets and drop the hopeless.",
        switch=True,
    )
    add(
        choice,
        "random_twin",
        "For --mode=rank_backbones: rank each backbone against itself with random weights.",
        switch=True,
    )
    add(
        recipe,
        "threshold",
        "How validation chooses the decision threshold of a binary task, for example "
        f"cost(false_positive=1, false_negative=9). Default: 0.5. One of: {offered('thresholds')}.",
    )
    add(
        recipe,
        "calibration",
        "How probabilities are corrected on validation. Default: not at all. One of: "
        f"{offered('calibration')}.",
    )
    add(run, "run_dir", "The directory that becomes the whole truth of the run.")
    add(run, "seed", "The one seed from which all others are drawn. Default: 0.")
    add(
        run,
        "cache_dir",
        "Where features of frozen backbones are kept for all runs. Default: runs/feature_cache.",
    )
    add(
        run,
        "trust",
        "For --mode=evaluate: SHA-256 of a SavedModel inside a finished run that may be run; the "
        "refusal names it. Repeat for more.",
        repeated=True,
    )
    add(run, "keras_backend", "tensorflow or jax. Default: what Keras is set to.")
    flags.DEFINE_boolean("help", False, "Show this help.", short_name="h", flag_values=values)
    return groups


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
            lines.append(textwrap.indent(textwrap.fill(values[name].help, 88), " " * 6))
        lines.append("")
    lines.append("Flags may stand in a file, one a line: --flagfile=run.flags. Repeated flags add")
    lines.append(
        "up over nested flagfiles; for all others, and for --backbone outside of modes that"
    )
    lines.append("rank, the last one counts.")
    return "\n".join(lines)
