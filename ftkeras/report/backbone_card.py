"""A backbone's description, as a table in the terminal."""

import shlex

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ftkeras.contracts.backbone_description import BackboneDescription
from ftkeras.report import memory_words
from ftkeras.report.language import gettext as _
from ftkeras.report.language import said

_BLOCKS_SHOWN = 12


def show(description: BackboneDescription, console: Console | None = None) -> None:
    """Prints what a backbone is, takes, gives and costs, and what can be done with it.

    Args:
        description: What was found and measured.
        console: Where to; the standard output by default.
    """
    console = console or Console()
    table = Table(box=box.SIMPLE, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in rows(description):
        table.add_row(name, Text(text))
    console.print(Text(description.handle, style="bold"))
    console.print(table)
    console.print(Text(_("Next"), style="bold"))
    for told, command in next_commands(description):
        console.print(Text(f"  {told}"))
        console.print(Text(f"    {command}"), soft_wrap=True)  # one line, to be copied


def next_commands(description: BackboneDescription) -> list[tuple[str, str]]:
    """Returns what a person does with a backbone next, and the command for it.

    Args:
        description: What was found.
    """
    run = f"python -m ftkeras.run --backbone={shlex.quote(description.handle)}"
    return [
        (
            _("fine-tune it on labelled examples:"),
            f"{run} --mode=finetune --task=… --data=… --run_dir=…",
        ),
        (
            _("or first see whether another one suits them better:"),
            f"{run} --backbone=… --mode=rank_backbones --task=… --data=… --run_dir=…",
        ),
    ]


def rows(description: BackboneDescription) -> list[tuple[str, str]]:
    """Returns name and text of each line."""
    d = description
    return [
        (_("Reads"), _(d.modality)),
        (_("Inputs"), "\n".join(f"{name}: {spec}" for name, spec in d.inputs.items())),
        (_("Taps"), "\n".join(f"{name}: {shape}" for name, shape in d.taps.items())),
        (_("Blocks"), _blocks(d.blocks)),
        (_("Parameters"), f"{d.parameters:,}"),
        (_("Memory"), "\n".join(memory_words.lines(d.memory))),
        (_("FLOPs an example"), _flops(d)),
        (_("Speed"), _("{speed:,.1f} examples a second", speed=d.examples_per_second)),
        (_("Measured on"), said(d.measured)),
        (
            _("Licence"),
            d.licence or _("not stated in its files: ask who published it"),
        ),
        (_("Fingerprint"), d.fingerprint),
    ]


def _flops(description: BackboneDescription) -> str:
    count = description.flops
    if count is None:
        return said(description.flops_missing)
    rounded = float(f"{count:.3g}")
    if rounded >= 1e12:
        return _("{count:.3g} trillion", count=rounded / 1e12)
    if rounded >= 1e9:
        return _("{count:.3g} billion", count=rounded / 1e9)
    return _("{count:.3g} million", count=rounded / 1e6) if rounded >= 1e6 else f"{count:,}"


def _blocks(blocks: dict[str, int]) -> str:
    if not blocks:
        return _("none: it can only be used frozen")
    lines = [f"{name}: {count:,}" for name, count in blocks.items()]
    if len(lines) > _BLOCKS_SHOWN:
        left_out = len(lines) - _BLOCKS_SHOWN
        half = _BLOCKS_SHOWN // 2
        lines = [*lines[:half], _("… {count} more …", count=left_out), *lines[-half:]]
    return "\n".join(lines)
