"""Versions of everything that decides a run's numbers."""

import platform
from importlib import metadata

import keras

_PACKAGES = (
    "ftkeras", "keras", "keras-hub", "tensorflow", "jax", "numpy", "scikit-learn", "pandas",
    "pyarrow", "pillow",
)  # fmt: skip


def versions() -> dict[str, str]:
    """Returns the versions that decide a run's numbers, by name."""
    found = {"python": platform.python_version(), "keras backend": keras.backend.backend()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
