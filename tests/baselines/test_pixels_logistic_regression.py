import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from ftkeras.baselines.pixels_logistic_regression import PixelsLogisticRegression
from ftkeras.contracts.dataset import Dataset


def saved(folder, images, labels, suffix="png"):
    paths = []
    for row, image in enumerate(images):
        paths.append(str(folder / f"{row}.{suffix}"))
        image.save(paths[-1])
    names = np.array([f"image {row}" for row in range(len(paths))])
    return Dataset("image", names, np.array(paths, object), labels, names.astype(object))


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    values, labels = load_digits(return_X_y=True)
    images = [Image.fromarray((row.reshape(8, 8) * 15).astype("uint8")) for row in values[:600]]
    return saved(tmp_path_factory.mktemp("digits"), images, labels[:600]), values[:600]


def test_it_is_as_good_as_scikit_learn_on_all_pixels(digits):
    dataset, values = digits
    train, test = np.arange(400), np.arange(400, 600)
    labels = dataset.labels
    answer = PixelsLogisticRegression().fit(dataset.take(train), labels[train], 10, seed=0)
    logits = answer(dataset.take(test))
    reference = LogisticRegression(C=0.01, max_iter=2000).fit(values[train], labels[train])
    accuracy = (logits.argmax(axis=1) == labels[test]).mean()
    assert accuracy >= reference.score(values[test], labels[test]) - 0.01
    np.testing.assert_allclose(np.exp(logits).sum(axis=1), 1, rtol=1e-5)


def test_the_same_seed_gives_the_same_bits(digits):
    dataset, _ = digits
    part = dataset.take(np.arange(120))
    first, second = (
        PixelsLogisticRegression().fit(part, part.labels, 10, seed=3)(part) for _ in range(2)
    )
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_colour_counts_when_there_is_colour(tmp_path, suffix):
    labels = np.arange(20) % 2
    # Red and green of one brightness: a grey picture could not tell them apart.
    colours = {0: (150, 0, 0), 1: (0, 76, 0)}
    images = [Image.new("RGB", (40 + row, 30), colours[label]) for row, label in enumerate(labels)]
    dataset = saved(tmp_path, images, labels, suffix)
    logits = PixelsLogisticRegression().fit(dataset, labels, 2, seed=0)(dataset)
    assert ((logits[:, 0] > 0) == labels).all()


def test_grey_training_images_make_grey_questions(tmp_path):
    labels = np.arange(10) % 2
    train = saved(tmp_path, [Image.new("L", (9, 9), int(200 * label)) for label in labels], labels)
    answer = PixelsLogisticRegression().fit(train, labels, 2, seed=0)
    (tmp_path / "asked").mkdir()
    white = [Image.new("RGB", (50, 9), (255, 255, 255))]
    assert answer(saved(tmp_path / "asked", white, labels[:1]))[0, 0] > 0


def test_pixels_in_memory_give_the_answers_of_the_files(digits):
    dataset, _ = digits
    part = dataset.take(np.arange(100))
    arrays = np.empty(100, dtype=object)
    for row, path in enumerate(part.inputs):
        with Image.open(path) as image:
            arrays[row] = np.asarray(image)
    in_memory = Dataset("image", part.ids, arrays, part.labels, part.locations)
    files, pixels = (
        PixelsLogisticRegression().fit(data, part.labels, 10, seed=0)(data)
        for data in (part, in_memory)
    )
    assert files.tobytes() == pixels.tobytes()
