"""The layer against the module it was saved from, asked by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ftkeras.backbones import SavedModelBackbone
from ftkeras.errors import UserError
from tests.backbones import made_saved_models as made

TEXTS = ["good film", "a bad bad film", "good"]
BATCH = made.draw(6, 8, 8, 3)


def tokens(length=7, rows=5):
    mask = (np.arange(length) < np.arange(2, 2 + rows)[:, None]).astype("int32")
    ids = np.random.default_rng(1).integers(1, 50, (rows, length)).astype("int32") * mask
    return {"input_word_ids": ids, "input_mask": mask, "input_type_ids": np.zeros_like(ids)}


def image_model(directory, **settings):
    """A layer of images under a head, ready to fit."""
    inputs = keras.Input((8, 8, 3))
    layer = SavedModelBackbone(directory, **settings)
    keras.utils.set_random_seed(3)
    model = keras.Model(inputs, keras.layers.Dense(1)(layer(inputs)))
    return model, layer


def fitted(model, epochs=2, optimizer="sgd"):
    model.compile(optimizer, "mse")
    return model.fit(BATCH, np.ones((6, 1)), epochs=epochs, shuffle=False, verbose=0)


def values(variables):
    return {variable.path: variable.numpy().copy() for variable in variables}


def named(layer, ending):
    return next(v for v in layer.weights if v.path.endswith(ending)).numpy()


def test_a_text_embedding_takes_strings(saved_models):
    inputs = keras.Input((), dtype="string")
    model = keras.Model(inputs, SavedModelBackbone(saved_models.embedding)(inputs))
    expected = made.embed_by_hand(TEXTS, saved_models.modules.embedding.vectors.numpy())
    assert model.output.shape == (None, made.WIDTH)
    np.testing.assert_allclose(model(tf.constant(TEXTS)), expected, atol=1e-6)


def test_a_preprocessor_and_an_encoder_join_in_one_model(saved_models):
    texts = keras.Input((), dtype="string")
    tokens_ = SavedModelBackbone(saved_models.preprocessor)(texts)
    outputs = SavedModelBackbone(saved_models.encoder)(tokens_)
    found = keras.Model(texts, outputs)(tf.constant(TEXTS))
    modules = saved_models.modules
    expected = modules.encoder(modules.preprocessor(tf.constant(TEXTS)))
    assert set(found) == {"default", "pooled_output", "sequence_output", "encoder_outputs"}
    np.testing.assert_allclose(found["sequence_output"], expected["sequence_output"], atol=1e-6)
    np.testing.assert_allclose(found["encoder_outputs"][0], found["sequence_output"])


def test_one_output_can_be_chosen(saved_models):
    layer = SavedModelBackbone(saved_models.encoder, output_key="pooled_output")
    expected = saved_models.modules.encoder(tokens())["pooled_output"]
    np.testing.assert_allclose(layer(tokens()), expected, atol=1e-6)
    with pytest.raises(UserError, match="Received: output_key='pooled'"):
        SavedModelBackbone(saved_models.encoder, output_key="pooled")(tokens())


def test_numbers_are_cast_to_what_was_exported(saved_models):
    wide = {name: array.astype("int64") for name, array in tokens().items()}
    layer = SavedModelBackbone(saved_models.encoder, output_key="pooled_output")
    np.testing.assert_array_equal(layer(wide), layer(tokens()))


@pytest.mark.parametrize("kind", ["signature", "tf1"])
def test_signatures_and_tf1_modules_work_and_stay_frozen(saved_models, kind):
    layer = SavedModelBackbone(getattr(saved_models, kind), trainable=True)
    if kind == "tf1":
        inputs, expected = made.draw(5, 3), made.draw(5, 3) @ saved_models.tf1_kernel
    else:
        inputs, expected = BATCH, saved_models.modules.images(BATCH)
    np.testing.assert_allclose(layer(inputs, training=True), expected, atol=1e-6)
    assert layer.trainable_variables == []
    assert layer.count_params() > 0
    with pytest.raises(UserError, match="can only be used frozen"):
        layer.thaw()


def test_a_signature_that_is_not_there_names_those_that_are(saved_models):
    with pytest.raises(UserError, match=r"serving_default.*Did you mean 'serving_default'"):
        SavedModelBackbone(saved_models.signature, signature="serving")


def test_an_open_output_shape_can_be_closed(tmp_path):
    module = tf.Module()
    call = tf.function(
        lambda x: x[:, : tf.size(x[0])], input_signature=[tf.TensorSpec([None, None])]
    )
    exported = tf.train.Checkpoint(module=module)
    exported.__call__ = call
    tf.saved_model.save(exported, str(tmp_path / "open"))
    layer = SavedModelBackbone(tmp_path / "open", output_shape=(4,))
    assert layer(keras.Input((4,))).shape == (None, 4)


def test_summary_counts_what_trains(saved_models):
    model, layer = image_model(saved_models.images, trainable=True)
    lines = []
    model.summary(print_fn=lines.append)
    kernels, norms, head = 3 * 3 * 3 * 4 + 3 * 3 * 4 * 4, 2 * 4, made.WIDTH + 1
    text = "".join(lines)
    assert f"Total params: {kernels + 4 * norms + head}" in text
    assert f"Trainable params: {kernels + 2 * norms + head}" in text
    layer.trainable = False
    assert sum(np.prod(v.shape) for v in model.trainable_variables) == head


def test_frozen_keeps_every_bit_while_the_head_learns(saved_models):
    model, layer = image_model(saved_models.images)
    before = values(layer.weights)
    head = model.layers[-1].get_weights()[0]
    fitted(model)
    assert before.keys() == values(layer.weights).keys()
    for path, value in values(layer.weights).items():
        np.testing.assert_array_equal(value, before[path], err_msg=path)
    assert not np.array_equal(head, model.layers[-1].get_weights()[0])


def test_thawed_it_learns_and_its_statistics_move(saved_models):
    model, layer = image_model(saved_models.images, trainable=True)
    before = values(layer.weights)
    fitted(model)
    still = [path for path, value in values(layer.weights).items()
             if np.array_equal(value, before[path])]  # fmt: skip
    assert still == []


def test_training_mode_is_forwarded_only_when_something_trains(saved_models):
    module = saved_models.modules.images
    frozen, thawed = (SavedModelBackbone(saved_models.images, trainable=t) for t in (False, True))
    kept = [v.numpy() for v in module.variables]
    by_hand = {t: module(BATCH, t).numpy() for t in (False, True)}
    for variable, value in zip(module.variables, kept, strict=True):
        variable.assign(value)
    np.testing.assert_allclose(frozen(BATCH, training=True), by_hand[False], atol=1e-6)
    np.testing.assert_allclose(thawed(BATCH, training=True), by_hand[True], atol=1e-6)
    assert np.abs(by_hand[True] - by_hand[False]).max() > 1e-3


def test_a_pattern_thaws_and_freezes_single_variables(saved_models):
    layer = SavedModelBackbone(saved_models.images)
    assert layer.thaw("block_1/.*(gamma|kernel)") == 2
    assert layer.thaw("block_0/conv") == 3
    assert layer.freeze("gamma") == 2
    assert [v.path.split("/", 2)[2] for v in layer.trainable_variables] == [
        "block_0/conv/kernel", "block_1/conv/kernel"]  # fmt: skip
    assert layer.thaw() == 6
    assert layer.freeze() == 0
    with pytest.raises(UserError, match=r"pattern='layer_9'.*block_0/conv/kernel"):
        layer.thaw("layer_9")


def test_a_partly_frozen_model_moves_no_frozen_statistics(saved_models):
    model, layer = image_model(saved_models.images)
    layer.thaw("block_1")
    before = values(layer.weights)
    fitted(model)
    after = values(layer.weights)
    moved = {
        path.split("/", 2)[2] for path in after if not np.array_equal(after[path], before[path])
    }
    assert moved == {"block_1/conv/kernel", "block_1/norm/gamma", "block_1/norm/beta"}


def test_dropout_of_a_partly_frozen_encoder_is_on(saved_models):
    """Its graph moves no statistics, so nothing speaks against training mode: as Keras has it."""
    layer = SavedModelBackbone(saved_models.encoder, output_key="pooled_output")
    still = layer(tokens(), training=True)
    np.testing.assert_array_equal(still, layer(tokens(), training=True))
    layer.thaw("layer_1")
    assert not np.array_equal(layer(tokens(), training=True), layer(tokens(), training=True))
    np.testing.assert_array_equal(layer(tokens(), training=False), still)


def test_setting_trainable_overrides_a_pattern(saved_models):
    layer = SavedModelBackbone(saved_models.images)
    layer.thaw("gamma")
    layer.trainable = True
    assert len(layer.trainable_variables) == 6
    layer.trainable = False
    assert layer.trainable_variables == []


def test_regularisation_counts_once_even_if_shared(saved_models):
    kernels = saved_models.modules.images.kernels
    penalty = 0.01 * sum(0.5 * float(np.sum(kernel.numpy() ** 2)) for kernel in kernels)
    one, two = keras.Input((8, 8, 3)), keras.Input((8, 8, 3))
    layer = SavedModelBackbone(saved_models.images, trainable=True)
    model = keras.Model([one, two], layer(one) - layer(two))
    model([BATCH, BATCH])
    assert float(keras.ops.sum(keras.ops.stack(model.losses))) == pytest.approx(penalty, rel=1e-5)
    assert len(model.losses) == 1
    layer.trainable = False
    model([BATCH, BATCH])
    assert model.losses == []


def test_gradients_are_those_of_the_module(saved_models):
    module, weight = saved_models.modules.images, tf.constant(made.draw(made.WIDTH, 1))
    layer = SavedModelBackbone(saved_models.images, trainable=True)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(module(BATCH, False) @ weight)
    expected = dict(zip([v.name.split(":")[0] for v in module.trainable_variables],
                        tape.gradient(loss, module.trainable_variables), strict=True))  # fmt: skip
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(BATCH, training=False) @ weight)
    found = tape.gradient(loss, [v.value for v in layer.trainable_variables])
    for variable, gradient in zip(layer.trainable_variables, found, strict=True):
        by_hand = expected[variable.path.split("/", 1)[1]]
        np.testing.assert_allclose(gradient, by_hand, atol=1e-5, err_msg=variable.path)


def test_mixed_precision_casts_outputs_and_keeps_float32_weights(saved_models):
    layer = SavedModelBackbone(saved_models.images, trainable=True, dtype="mixed_bfloat16")
    assert layer(BATCH).dtype == "bfloat16"
    assert {v.dtype for v in layer.weights} == {"float32"}
    assert (
        SavedModelBackbone(saved_models.images)(keras.ops.cast(BATCH, "bfloat16")).dtype
        == "float32"
    )


def test_xla_is_used_where_the_graph_allows_it(saved_models):
    assert not SavedModelBackbone(saved_models.embedding).supports_jit
    assert not SavedModelBackbone(saved_models.preprocessor).supports_jit
    losses = []
    for jit in (False, True):
        model, layer = image_model(saved_models.images, trainable=True)
        assert layer.supports_jit
        model.compile("sgd", "mse", jit_compile=jit)
        losses.append(model.fit(BATCH, np.ones((6, 1)), epochs=2, shuffle=False, verbose=0))
    one, other = (history.history["loss"] for history in losses)
    np.testing.assert_allclose(one, other, rtol=1e-4)


def test_a_model_by_keras_itself_can_be_fine_tuned_through_its_endpoint(tmp_path):
    keras.utils.set_random_seed(0)
    source = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    source.export(str(tmp_path / "exported"), verbose=False)
    layer = SavedModelBackbone(tmp_path / "exported", trainable=True, signature="serve")
    x = made.draw(4, 3)
    np.testing.assert_allclose(layer(x), source(x), atol=1e-6)
    assert len(layer.trainable_variables) == 2


def test_two_layers_of_one_saved_model_do_not_share_weights(saved_models):
    one, other = (SavedModelBackbone(saved_models.images, trainable=True) for _ in range(2))
    one.trainable_variables[0].assign(one.trainable_variables[0] + 1.0)
    assert not np.array_equal(one.trainable_variables[0], other.trainable_variables[0])


def test_a_module_without_lists_offers_what_it_reads(tmp_path):
    class Bare(tf.Module):
        def __init__(self):
            super().__init__()
            self.weight = tf.Variable(2.0)
            self.fixed = tf.Variable(3.0, trainable=False)

        @tf.function(input_signature=[tf.TensorSpec([None])])
        def __call__(self, x):
            return x * self.weight + self.fixed

    tf.saved_model.save(Bare(), str(tmp_path / "bare"))
    layer = SavedModelBackbone(tmp_path / "bare", trainable=True)
    assert [float(v) for v in layer.trainable_variables] == [2.0]
    assert [float(v) for v in layer.non_trainable_variables] == [3.0]


@pytest.mark.parametrize("content", ["nothing", "rubbish"])
def test_what_is_no_saved_model_is_a_clear_error(tmp_path, content):
    if content == "rubbish":
        (tmp_path / "saved_model.pb").write_bytes(b"rubbish")
    with pytest.raises(UserError, match="Received: "):
        SavedModelBackbone(tmp_path)
