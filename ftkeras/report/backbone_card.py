"""A backbone's description, as a table in the terminal."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ftkeras.contracts.backbone_description import BackboneDescription

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
    flops = "cannot be counted here" if d.flops is None else f"{d.flops / 1e9:.3g} billion"
    return [
        ("Reads", d.modality),
        ("Inputs", "\n".join(f"{name}: {spec}" for name, spec in d.inputs.items())),
        ("Taps", "\n".join(f"{name}: {shape}" for name, shape in d.taps.items())),
        ("Blocks", _blocks(d.blocks)),
        ("Parameters", f"{d.parameters:,}"),
        ("Memory", f"{_size(d.weight_bytes)} of weights; the process had {_size(d.peak_bytes)}"),
        ("FLOPs an example", flops),
        ("Speed", f"{d.examples_per_second:,.1f} examples a second"),
        ("Measured on", d.measured),
        ("Licence", d.licence or "not stated in its files"),
        ("Fingerprint", d.fingerprint),
    ]


def _blocks(blocks: dict[str, int]) -> str:
    if not blocks:
        return "none: it can only be used frozen"
    lines = [f"{name}: {count:,}" for name, count in blocks.items()]
    if len(lines) > _BLOCKS_SHOWN:
        left_out = len(lines) - _BLOCKS_SHOWN
        half = _BLOCKS_SHOWN // 2
        lines = [*lines[:half], f"… {left_out} more …", *lines[-half:]]
    return "\n".join(lines)


def _size(count: int) -> str:
    return f"{count / 2**30:.2f} GiB" if count >= 2**30 else f"{count / 2**20:.1f} MiB"
