"""What is written and read again: digests, trust, `.keras` files, weights, exports."""

import shutil
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from ftkeras.backbones import SavedModelBackbone, load_backbone, trusting
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.backbones.saved_model import digest, trust
from ftkeras.errors import UserError
from tests.backbones import made_saved_models as made

TEXTS = tf.constant(["good film", "a bad bad film", "good"])
BATCH = made.draw(6, 8, 8, 3)


def copied(directory, tmp_path, name="copy"):
    """A SavedModel that a test may delete."""
    return shutil.copytree(directory, tmp_path / name)


def text_model(directory, **settings):
    inputs = keras.Input((), dtype="string")
    return keras.Model(
        inputs, keras.layers.Dense(1)(SavedModelBackbone(directory, **settings)(inputs))
    )


def image_model(directory, **settings):
    inputs = keras.Input((8, 8, 3))
    return keras.Model(
        inputs, keras.layers.Dense(1)(SavedModelBackbone(directory, **settings)(inputs))
    )


def trained(model, inputs=BATCH):
    model.compile(keras.optimizers.Adam(0.01), "mse")
    model.fit(inputs, np.ones((len(inputs), 1)), epochs=2, shuffle=False, verbose=0)
    return model


def load(path, layer, **settings):
    with trusting(layer.sha256):
        return keras.saving.load_model(path, **settings)


def test_a_file_holds_all_that_is_needed(saved_models, tmp_path):
    directory = copied(saved_models.embedding, tmp_path)
    model = trained(
        text_model(directory, trainable=True), np.array(["good", "bad", "film x"], object)
    )
    model.save(tmp_path / "model.keras")
    shutil.rmtree(directory)
    again = load(tmp_path / "model.keras", model.layers[1])
    np.testing.assert_array_equal(again(TEXTS), model(TEXTS))
    assert (
        again.layers[1].trainable_variables[0].path == model.layers[1].trainable_variables[0].path
    )


def test_a_loaded_model_goes_on_training_with_the_same_bits(saved_models, tmp_path):
    model = trained(image_model(saved_models.images, trainable=True))
    model.save(tmp_path / "model.keras")
    again = load(tmp_path / "model.keras", model.layers[1])
    for each in (model, again):
        each.fit(BATCH, np.ones((6, 1)), epochs=2, shuffle=False, verbose=0)
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", ["signature", "tf1"])
def test_frozen_kinds_are_saved_and_loaded(saved_models, tmp_path, kind):
    directory = copied(getattr(saved_models, kind), tmp_path)
    inputs = keras.Input((3,) if kind == "tf1" else (8, 8, 3))
    layer = SavedModelBackbone(directory)
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    shutil.rmtree(directory)
    again = load(tmp_path / "model.keras", layer)
    batch = made.draw(5, 3) if kind == "tf1" else BATCH
    np.testing.assert_array_equal(again(batch), model(batch))
    assert again.count_params() == model.count_params()


def test_what_was_thawed_is_remembered(saved_models, tmp_path):
    model = image_model(saved_models.images)
    model.layers[1].thaw("block_1/norm")
    model.save(tmp_path / "model.keras")
    again = load(tmp_path / "model.keras", model.layers[1])
    assert [v.path for v in again.layers[1].trainable_variables] == [
        v.path for v in model.layers[1].trainable_variables]  # fmt: skip


def test_by_reference_a_file_holds_the_handle_and_the_weights(saved_models, tmp_path):
    directory = copied(saved_models.images, tmp_path)
    model = trained(image_model(directory, trainable=True, embed=False))
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as file:
        assert not [name for name in file.namelist() if name.endswith("saved_model.pb")]
    again = load(tmp_path / "model.keras", model.layers[1])
    np.testing.assert_array_equal(again(BATCH), model(BATCH))
    shutil.rmtree(directory)
    with pytest.raises(UserError, match="does not exist"):
        load(tmp_path / "model.keras", model.layers[1])


def test_another_program_under_the_same_handle_is_refused(saved_models, tmp_path):
    directory = copied(saved_models.images, tmp_path)
    model = image_model(directory, embed=False)
    model.save(tmp_path / "model.keras")
    shutil.rmtree(directory)
    shutil.copytree(saved_models.encoder, directory)
    with pytest.raises(UserError, match=f"sha256={model.layers[1].sha256}.*It is another program"):
        load(tmp_path / "model.keras", model.layers[1])


def test_a_digest_can_be_demanded(saved_models):
    right = digest.digest(saved_models.images)
    assert SavedModelBackbone(saved_models.images, sha256=right).sha256 == right
    with pytest.raises(UserError, match=f"sha256={'0' * 64}. Received"):
        SavedModelBackbone(saved_models.images, sha256="0" * 64)


@pytest.mark.parametrize("embed", [True, False])
def test_in_safe_mode_nothing_runs_without_trust(saved_models, tmp_path, embed, monkeypatch):
    model = image_model(saved_models.images, embed=embed)
    model.save(tmp_path / "model.keras")
    with monkeypatch.context() as patched:
        patched.setattr(tf.saved_model, "load", lambda *_, **__: pytest.fail("it was run"))
        with pytest.raises(UserError, match=f"{model.layers[1].sha256}, which is not on the list"):
            keras.saving.load_model(tmp_path / "model.keras")
        with trusting("0" * 64), pytest.raises(UserError, match="not on the list"):
            keras.saving.load_model(tmp_path / "model.keras")
        with pytest.raises(UserError, match=f"allow it: --trust={model.layers[1].sha256}"):
            load_backbone(f"keras://{tmp_path / 'model.keras'}")
    keras.saving.load_model(tmp_path / "model.keras", safe_mode=False)
    monkeypatch.setenv(trust.ENVIRONMENT, f"{'1' * 64}, {model.layers[1].sha256}")
    keras.saving.load_model(tmp_path / "model.keras")


@pytest.mark.filterwarnings("ignore:Skipping nested container")  # Keras looks for it elsewhere too
def test_a_file_whose_program_was_exchanged_is_refused(saved_models, tmp_path):
    model = image_model(saved_models.images)
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as given, \
            zipfile.ZipFile(tmp_path / "forged.keras", "w") as forged:  # fmt: skip
        for name in given.namelist():
            other = name.endswith("saved_model.pb") and Path(saved_models.encoder, "saved_model.pb")
            forged.writestr(name, other.read_bytes() if other else given.read(name))
    with pytest.raises(ValueError, match="It is another program; it was not run"):
        load(tmp_path / "forged.keras", model.layers[1])


def test_trust_takes_digests_only():
    with pytest.raises(UserError, match="Received: trusted='everything'"), trusting("everything"):
        pass


def test_a_digest_is_of_the_program_and_not_of_the_weights(saved_models, tmp_path):
    one = digest.digest(saved_models.embedding)
    changed = copied(saved_models.embedding, tmp_path)
    (changed / "variables" / "variables.index").write_bytes(b"other weights")
    assert digest.digest(str(changed)) == one
    [vocabulary] = (changed / "assets").iterdir()
    vocabulary.write_text("bad\ngood\nfilm\n")
    assert digest.digest(str(changed)) != one


def test_weights_are_saved_and_loaded_alone(saved_models, tmp_path):
    model = trained(image_model(saved_models.images, trainable=True))
    model.save_weights(tmp_path / "model.weights.h5")
    again = image_model(saved_models.images)
    assert not np.array_equal(again(BATCH), model(BATCH))
    again.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(again(BATCH), model(BATCH))


def test_an_export_serves_strings_without_keras(saved_models, tmp_path):
    directory = copied(saved_models.embedding, tmp_path)
    model = text_model(directory)
    model.export(str(tmp_path / "exported"), verbose=False)
    shutil.rmtree(directory)
    served = tf.saved_model.load(str(tmp_path / "exported"))
    np.testing.assert_allclose(served.serve(TEXTS), model(TEXTS), atol=1e-6)


def test_a_loaded_model_can_be_saved_again(saved_models, tmp_path):
    model = text_model(saved_models.embedding)
    model.save(tmp_path / "one.keras")
    again = load(tmp_path / "one.keras", model.layers[1])
    again.save(tmp_path / "two.keras")
    twice = load(tmp_path / "two.keras", model.layers[1])
    np.testing.assert_array_equal(twice(TEXTS), model(TEXTS))


def test_a_clone_has_the_pretrained_weights_of_the_handle(saved_models):
    model = image_model(saved_models.images)
    clone = keras.models.clone_model(model)
    clone.layers[-1].set_weights(model.layers[-1].get_weights())
    np.testing.assert_array_equal(clone(BATCH), model(BATCH))


def test_a_fingerprint_knows_program_and_weights_but_no_place(saved_models, tmp_path):
    model = image_model(saved_models.images)
    elsewhere = image_model(copied(saved_models.images, tmp_path))
    elsewhere.layers[-1].set_weights(model.layers[-1].get_weights())
    assert fingerprint(elsewhere) == fingerprint(model)
    first = elsewhere.layers[1].weights[0]
    first.assign(first + 1)
    assert fingerprint(elsewhere) != fingerprint(model)


def test_variables_of_one_name_are_not_mixed_up(tmp_path):
    exported = tf.train.Checkpoint()
    exported.variables = [tf.Variable(value, name="same") for value in (2.0, 3.0)]
    exported.trainable_variables = list(exported.variables)
    exported.__call__ = tf.function(
        lambda x: x * exported.variables[0] + exported.variables[1],
        input_signature=[tf.TensorSpec([None])],
    )
    tf.saved_model.save(exported, str(tmp_path / "twins"))
    inputs = keras.Input(())
    layer = SavedModelBackbone(tmp_path / "twins", trainable=True)
    model = keras.Model(inputs, layer(inputs))
    assert len({variable.path for variable in layer.weights}) == 2
    layer.weights[0].assign(5.0)
    model.save(tmp_path / "model.keras")
    again = load(tmp_path / "model.keras", layer)
    np.testing.assert_array_equal(again(np.full(1, 2.0)), model(np.full(1, 2.0)))
    assert again.get_weights() == model.get_weights()
