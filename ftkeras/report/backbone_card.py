"""A backbone's description, as a table in the terminal."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ftkeras.contracts.backbone_description import BackboneDescription
from ftkeras.report.language import gettext as _
from ftkeras.report.language import said

_BLOCKS_SHOWN = 12


def show(description: BackboneDescription, console: Console | None = None) -> None:
    """Prints what a backbone is, takes, gives and costs.

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


def rows(description: BackboneDescription) -> list[tuple[str, str]]:
    """Returns name and text of each line."""
    d = description
    flops, memory = _("cannot be counted here"), _(
        "{weights} of weights; the process had {process}",
        weights=_size(d.weight_bytes),
        process=_size(d.peak_bytes),
    )  # fmt: skip
    if d.bytes_an_example is not None:
        memory = _(
            "{weights} of weights, {example} for each example of a batch; "
            "the process had {process}",
            weights=_size(d.weight_bytes),
            example=_size(d.bytes_an_example),
            process=_size(d.peak_bytes),
        )
    if d.flops is not None:
        flops = _("{billions:.3g} billion", billions=d.flops / 1e9)
    return [
        (_("Reads"), _(d.modality)),
        (_("Inputs"), "\n".join(f"{name}: {spec}" for name, spec in d.inputs.items())),
        (_("Taps"), "\n".join(f"{name}: {shape}" for name, shape in d.taps.items())),
        (_("Blocks"), _blocks(d.blocks)),
        (_("Parameters"), f"{d.parameters:,}"),
        (_("Memory"), memory),
        (_("FLOPs an example"), flops),
        (_("Speed"), _("{speed:,.1f} examples a second", speed=d.examples_per_second)),
        (_("Measured on"), said(d.measured)),
        (_("Licence"), d.licence or _("not stated in its files")),
        (_("Fingerprint"), d.fingerprint),
    ]


def _blocks(blocks: dict[str, int]) -> str:
    if not blocks:
        return _("none: it can only be used frozen")
    lines = [f"{name}: {count:,}" for name, count in blocks.items()]
    if len(lines) > _BLOCKS_SHOWN:
        left_out = len(lines) - _BLOCKS_SHOWN
        half = _BLOCKS_SHOWN // 2
        lines = [*lines[:half], _("… {count} more …", count=left_out), *lines[-half:]]
    return "\n".join(lines)


def _size(count: int) -> str:
    if count < 2**20:
        return f"{count / 2**10:.1f} KiB"
    return f"{count / 2**30:.2f} GiB" if count >= 2**30 else f"{count / 2**20:.1f} MiB"
