"""Random networks in timm's layout, against timm and PyTorch.

The largest difference of the last feature map over its largest value was, when measured with timm
1.0.31: resnet18 1.5e-6, resnet50 1.9e-6, resnetv2_50 1.8e-6, vgg11 1.6e-6, efficientnet_b0 8.8e-7,
efficientnet_lite0 5.2e-6, mobilenetv3_small_100 5.9e-7, mobilenetv3_large_100 2.8e-6, cspdarknet53
1.9e-6, cspresnet50 2.8e-6, darknet53 1.9e-6, densenet121 6.7e-7, hgnetv2_b0 1.0e-6, hgnetv2_b4
1.1e-6. KerasHub's DenseNet pads below and right alone, which moves densenet121 by a tenth; it is given
the original's margins. Its loader stops at HGNetV2's learnable affine blocks; ours places them.
"""

import json

import numpy as np
import pytest

from ftkeras.backbones import load_backbone

pytestmark = pytest.mark.slow
ARCHITECTURES = (
    *("resnet18", "resnet50", "resnetv2_50", "densenet121", "vgg11", "efficientnet_b0"),
    *("efficientnet_lite0", "mobilenetv3_small_100", "mobilenetv3_large_100", "cspdarknet53"),
    *("cspresnet50", "darknet53", "hgnetv2_b0", "hgnetv2_b4"),
)
MEAN, SPREAD = [0.5, 0.4, 0.3], [0.2, 0.3, 0.25]


def written(directory, architecture):
    """A network with weights and statistics drawn anew, as timm publishes it."""
    timm = pytest.importorskip("timm")  # asked for here alone
    import safetensors.torch
    import torch

    torch.manual_seed(0)
    model = timm.create_model(architecture, pretrained=False).eval()
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if name.endswith("running_var"):
                tensor.uniform_(0.5, 2.0)
            elif name.endswith("running_mean") or (tensor.ndim == 1 and name.endswith("bias")):
                tensor.normal_(std=0.1)
            elif tensor.ndim == 1 and name.endswith("weight"):
                tensor.uniform_(0.7, 1.3)
    kept = {
        name: tensor.contiguous()
        for name, tensor in model.state_dict().items()
        if not name.startswith("pre_logits")  # 100 million weights of VGG that no tap reads
    }
    safetensors.torch.save_file(kept, directory / "model.safetensors")
    said = {
        "architecture": architecture,
        "num_classes": 1000,
        "num_features": model.num_features,
        "pretrained_cfg": {
            "input_size": [3, 96, 96], "mean": MEAN, "std": SPREAD, "interpolation": "bilinear",
        },
    }  # fmt: skip
    (directory / "config.json").write_text(json.dumps(said))
    return model


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_features_of_a_timm_network_agree_from_the_pixels_on(tmp_path, architecture):
    import torch

    model = written(tmp_path, architecture)
    backbone = load_backbone(f"preset://{tmp_path}", image_size=96)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 96, 96, 3)).astype("float32")
    given = torch.tensor(((pixels / 255 - MEAN) / SPREAD).transpose(0, 3, 1, 2)).float()
    with torch.no_grad():
        expected = model.forward_features(given).numpy().transpose(0, 2, 3, 1)
    found = np.asarray(backbone.model(pixels)["feature_map"])
    assert np.abs(found - expected).max() <= 1e-5 * np.abs(expected).max()
