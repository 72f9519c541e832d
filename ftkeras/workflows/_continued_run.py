"""Going on from a finished run: its texts were cleaned, so those that come now are, too."""

import dataclasses
from pathlib import Path

from ftkeras import call_string
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records.run_record import RunRecord


def inherited(config: RunConfig) -> RunConfig:
    """Returns the settings with the `clean` of the finished run that the backbone is from.

    Weights that were fine-tuned on clean texts have never seen markup; a run that goes on from
    them cleans as it did. Other backbones leave the settings as they are.

    Args:
        config: The settings.

    Raises:
        UserError: Other steps were asked for, or backbones are of runs that cleaned differently.
    """
    steps = {str(handle): _clean_of(Path(handle.path).expanduser()) for handle in config.backbones
             if handle.scheme == "keras"}  # fmt: skip
    of_runs = {name: found for name, found in steps.items() if found}
    if not of_runs:
        return config
    asked = config.clean or next(iter(of_runs.values()))
    for name, found in of_runs.items():
        if found != asked:
            raise UserError(
                f"Expected --clean={_told(found)}, the steps that {name} was fine-tuned with. "
                f"Received: --clean={_told(asked)}. Leave --clean out: they are taken over."
            )
    if len(config.backbones) > len(of_runs) and not config.clean:
        others = [str(handle) for handle in config.backbones if str(handle) not in of_runs]
        raise UserError(
            f"Expected --clean, for {next(iter(of_runs))} was fine-tuned with it, and others not. "
            f"Received: {', '.join(others)[:300]} beside it. Say --clean={_told(asked)} for all."
        )
    return dataclasses.replace(config, clean=asked)


def _clean_of(model: Path) -> tuple[Call, ...]:
    """The cleaning of the run that wrote a model file; nothing for any other file."""
    record = model.parent / "record.json"
    if not (record.is_file() and (model.parent / "preprocessing").is_dir()):
        return ()
    said = RunRecord.read(record).config.get("clean", [])
    return tuple(call_string.parse(text) for text in said)


def _told(calls: tuple[Call, ...]) -> str:
    return ", ".join(map(str, calls)) or "nothing"
