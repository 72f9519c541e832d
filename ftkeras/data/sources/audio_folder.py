"""A folder with one subfolder per class, and the sounds of the class in it."""

from concurrent.futures import ThreadPoolExecutor

from ftkeras import sound
from ftkeras.contracts.dataset import Dataset
from ftkeras.data.sources import _class_folders, _sound_cell
from ftkeras.errors import UserError


def build(path: str, max_seconds: float = 600.0, on_bad_row: str = "error") -> Dataset:
    """Reads `<path>/<class>/<sound>`, or `<path>/<part>/<class>/<sound>`.

    Inputs are paths of files; labels are the names of the class folders. When the folders are
    named `train`, `validation` (or `val`) and `test`, they become the column `part`, for
    `split=given(column='part')`. Hidden files and files that are no sounds by their suffix are
    passed over. WAV is always read; FLAC, OGG and MP3 need soundfile (`pip install
    ftkeras[audio]`).

    Every sound is decoded once here, in threads, so that a damaged one is named before an hour of
    training and not after.

    Args:
        path: The folder.
        max_seconds: Longer sounds are bad: a small file can unfold to gigabytes.
        on_bad_row: `"error"` refuses the folder and names the files; `"skip"` and
            `"quarantine"` leave them out.

    Raises:
        UserError: There is no such folder, it holds no sounds by class, a sound is empty,
            damaged or too long, or a link leads out of the folder.
        ImportError: A file needs soundfile, which is not installed.

    Example:
        >>> import pathlib, tempfile
        >>> import numpy as np
        >>> import scipy.io.wavfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> for value, name in ((0.1, "bark"), (0.2, "meow")):
        ...     (folder / name).mkdir()
        ...     samples = np.full(800, value, np.float32)
        ...     scipy.io.wavfile.write(folder / name / "1.wav", 8000, samples)
        >>> dataset = build(str(folder))
        >>> dataset.modality, dataset.labels.tolist(), dataset.locations.tolist()
        ('audio', ['bark', 'meow'], ['bark/1.wav', 'meow/1.wav'])
    """
    root = _class_folders.root_of(path, "audio_folder")
    files = list(_class_folders.files(root, sound.SUFFIXES))
    if not files:
        raise UserError(
            f"Expected sounds ({', '.join(sound.SUFFIXES)}) in one subfolder per class. "
            f"Received: path={path!r} with none. Sort them into {root.name}/<class>/."
        )
    with ThreadPoolExecutor() as pool:
        outcomes = list(pool.map(lambda found: _sound_cell.of_file(found[2], max_seconds), files))
    return _class_folders.dataset("audio", root, files, outcomes, on_bad_row)
