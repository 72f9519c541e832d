"""A classifier that knows nothing of ftkeras, judged on labelled images and texts."""

import keras
import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, log_loss

from ftkeras import evaluate, run
from ftkeras.backbones import SavedModelBackbone
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records.run_record import RunRecord
from tests.backbones import made_saved_models


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Digits 0 to 2 as files, and a model trained by plain Keras, with its own rescaling."""
    folder = tmp_path_factory.mktemp("pictures")
    digits = load_digits(n_class=3)
    pixels = (digits.images * 15.9).astype("uint8")
    for row, (image, label) in enumerate(zip(pixels[300:], digits.target[300:], strict=True)):
        place = folder / "test" / f"digit {label}"
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(place / f"{row}.png")
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Rescaling(1 / 255), keras.layers.Flatten(),
         keras.layers.Dense(3, activation="softmax")]
    )  # fmt: skip
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(pixels[:300, ..., None], digits.target[:300], epochs=15, verbose=0)
    model.save(folder / "model.keras")
    return folder, model, pixels[300:], digits.target[300:]


def settings(folder, tmp_path, **more):
    data = f"image_folder(path={str(folder / 'test')!r})"
    return {"mode": "evaluate", "model": str(folder / "model.keras"), "data": data,
            "outputs": "probabilities", "run_dir": str(tmp_path / "run"), **more}  # fmt: skip


def test_its_answers_are_judged_as_scikit_learn_does(pictures, tmp_path):
    folder, model, pixels, labels = pictures
    record = evaluate(RunConfig.read(**settings(folder, tmp_path)))
    probabilities = model.predict(pixels[..., None], verbose=0)
    found = {item.score: item.value for item in record.measurements["test"]["model"]}
    assert found["accuracy"] == pytest.approx(accuracy_score(labels, probabilities.argmax(1)))
    assert found["log_loss"] == pytest.approx(log_loss(labels, probabilities), rel=1e-4)
    assert found["accuracy"] > 0.5
    assert (tmp_path / "run" / "report.html").exists()
    assert (tmp_path / "run" / "model_card.md").exists()


def test_what_the_outputs_are_is_asked_and_never_guessed(pictures, tmp_path, capsys):
    given = settings(pictures[0], tmp_path)
    del given["outputs"]
    assert run.main([f"--{name}={value}" for name, value in given.items()]) == 2
    assert "--outputs (logits or probabilities)" in capsys.readouterr().err
    # Rows of a softmax cannot have been meant as logits.
    with pytest.raises(UserError, match="softmax"):
        evaluate(RunConfig.read(**settings(pictures[0], tmp_path, outputs="logits")))


def test_texts_go_in_as_they_are(tmp_path):
    texts = [f"{word} {n}" for n in range(60) for word in ("good", "bad")]
    layer = keras.layers.TextVectorization(output_mode="multi_hot", vocabulary=["good", "bad"])
    inputs = keras.Input((1,), dtype="string")
    model = keras.Model(inputs, keras.layers.Dense(1)(layer(inputs)))
    weights = np.array([[0.0], [4.0], [-4.0]], "float32")
    model.layers[-1].set_weights([weights, np.zeros(1, "float32")])
    model.save(tmp_path / "model.keras")
    path = tmp_path / "texts.csv"
    lines = [f"{text},{text.split()[0]}" for text in texts]
    path.write_text("\n".join(["text,label", *lines]) + "\n")
    record = evaluate(
        RunConfig.read(
            mode="evaluate", model=str(tmp_path / "model.keras"), outputs="logits",
            data=f"csv(path={str(path)!r})", run_dir=str(tmp_path / "run"),
        )
    )  # fmt: skip
    found = {item.score: item.value for item in record.measurements["test"]["model"]}
    assert found["accuracy"] == 1.0
    assert found["log_loss"] == pytest.approx(np.log1p(np.exp(-4)), rel=1e-5)


def test_a_program_inside_a_model_is_run_when_its_digest_is_trusted(tmp_path, capsys):
    """What SavedModelBackbone makes of TensorFlow Hub's text embeddings, in anybody's model."""
    vocabulary = tmp_path / "vocabulary.txt"
    vocabulary.write_text("\n".join(made_saved_models.VOCABULARY))
    embedding = made_saved_models.TextEmbedding(str(vocabulary))
    directory = made_saved_models.save(embedding, tmp_path / "embedding")
    layer = SavedModelBackbone(directory)
    texts = keras.Input((), dtype="string")
    keras.utils.set_random_seed(0)
    model = keras.Model(texts, keras.layers.Dense(1)(layer(texts)))
    model.save(tmp_path / "model.keras")
    rows = [(f"{('bad', 'good')[row % 2]} film {row}", row % 2) for row in range(20)]
    (tmp_path / "t.csv").write_text(
        "text,label\n" + "".join(f"{text},{label}\n" for text, label in rows)
    )
    asked = ["--mode=evaluate", f"--model={tmp_path / 'model.keras'}", "--outputs=logits",
             f"--data=csv(path={str(tmp_path / 't.csv')!r})", f"--run_dir={tmp_path / 'run'}"]  # fmt: skip
    assert run.main(asked) == 2
    assert f"--trust={layer.sha256}" in capsys.readouterr().err
    assert run.main([*asked, f"--trust={layer.sha256}"]) == 0
    by_hand = made_saved_models.embed_by_hand([text for text, _ in rows], embedding.vectors.numpy())
    kernel, bias = model.layers[-1].get_weights()
    said = (by_hand @ kernel + bias)[:, 0] > 0
    measured = RunRecord.read(tmp_path / "run/record.json").measurements["test"]["model"]
    [found] = [item.value for item in measured if item.score == "accuracy"]
    assert found == pytest.approx(accuracy_score([label for _, label in rows], said))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"model": "nowhere.keras"}, "nowhere.keras"),
        ({"data": "scikit_learn(name='digits')"}, "3 classes, one for each output"),
        ({"data": None}, "--data and --outputs"),
    ],
)
def test_what_does_not_fit_is_refused(pictures, tmp_path, capsys, change, says):
    given = {**settings(pictures[0], tmp_path), **change}
    assert run.main([f"--{name}={value}" for name, value in given.items() if value]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
