"""Versions of everything that decides a run's numbers."""

import platform
from importlib import metadata

_PACKAGES = (
    "ftkeras", "keras", "keras-hub", "tensorflow", "jax", "numpy", "scikit-learn", "pandas",
    "pyarrow", "pillow",
)  # fmt: skip


def versions(backend: str) -> dict[str, str]:
    """Returns the versions that decide a run's numbers, by name.

    Args:
        backend: The backend of Keras.
    """
    return {"keras backend": backend, **_installed(_PACKAGES)}


def without_framework() -> dict[str, str]:
    """Returns the versions that decide a judgement of predictions on disk, by name."""
    return _installed(("ftkeras", "numpy", "scipy", "scikit-learn", "pandas", "pyarrow"))


def _installed(packages: tuple[str, ...]) -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
