"""The command line: the only place that defines and reads flags."""

import textwrap

from absl import flags

from ftkeras import flag_words
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.flag_words import Flag

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
    found = flag_words.groups()
    for group in found.values():
        for flag in group:
            _add(values, flag)
    flags.DEFINE_boolean("help", False, "Show this help.", short_name="h", flag_values=values)
    return {name: [flag.name for flag in group] for name, group in found.items()}


def _add(values: flags.FlagValues, flag: Flag) -> None:
    if flag.repeated:
        flags.DEFINE_multi_string(flag.name, [], flag.help_, flag_values=values)
    elif flag.switch:
        # As words, not as a boolean flag: --random_twin alone, and also --random_twin=trained.
        words = flags.Flag(flags.ArgumentParser(), None, flag.name, None, flag.help_, boolean=True)
        flags.DEFINE_flag(words, flag_values=values)
    else:
        flags.DEFINE_string(flag.name, None, flag.help_, flag_values=values)


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


def _own_words(help_: str) -> str:
    """Leaves out what absl adds to every repeated flag."""
    return help_.partition(";\n    repeat this option")[0]
