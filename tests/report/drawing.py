"""Reads numbers back from a drawn SVG."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np


def parse(svg: str) -> ElementTree.Element:
    """The picture as a tree; raises where the SVG is not well-formed."""
    return ElementTree.fromstring(svg)  # noqa: S314


def words(svg: str) -> list[str]:
    """All text in the picture, in drawing order."""
    return [element.text or "" for element in parse(svg).iter("text")]


def description(svg: str) -> str:
    return next(element.text or "" for element in parse(svg).iter("desc"))


def lines(svg: str, color: str) -> list[np.ndarray]:
    """`(points, 2)` coordinates of every open path drawn in a colour, upwards as in data."""
    found = []
    for element in parse(svg).iter("path"):
        if f"stroke: {color.lower()}" in element.get("style", "").lower():
            pairs = re.findall(r"[ML] (-?[\d.]+) (-?[\d.]+)", element.get("d", ""))
            found.append(np.array(pairs, dtype=float) * [1, -1])
    return found


def to_unit(line: np.ndarray) -> np.ndarray:
    """Rescales a line to the box that it fills."""
    low, high = line.min(axis=0), line.max(axis=0)
    return (line - low) / (high - low)
