"""Tiny SavedModels of every kind, and what they must compute, in NumPy."""

import numpy as np
import tensorflow as tf

WIDTH, CLASSES = 4, 3
VOCABULARY = ("good", "bad", "film")
BERT_INPUTS = ("input_word_ids", "input_mask", "input_type_ids")


def draw(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).normal(0, 0.5, shape).astype("float32")


class TextEmbedding(tf.Module):
    """Strings to the mean of word vectors, through a vocabulary file, as nnlm does."""

    def __init__(self, vocabulary_file):
        super().__init__()
        self.vectors = tf.Variable(draw(len(VOCABULARY) + 1, WIDTH), name="embeddings")
        self.file = tf.saved_model.Asset(vocabulary_file)
        init = tf.lookup.TextFileInitializer(
            self.file, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64,
            tf.lookup.TextFileIndex.LINE_NUMBER)  # fmt: skip
        self.table = tf.lookup.StaticHashTable(init, len(VOCABULARY))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def __call__(self, texts):
        words = tf.strings.split(texts)
        rows = words.with_values(self.table.lookup(words.values))
        found = rows.with_flat_values(tf.gather(self.vectors, rows.flat_values))
        return tf.ensure_shape(tf.reduce_mean(found, axis=1), [None, WIDTH])


def embed_by_hand(texts, vectors):
    rows = [[VOCABULARY.index(w) if w in VOCABULARY else len(VOCABULARY) for w in t.split()]
            for t in texts]  # fmt: skip
    return np.stack([vectors[row].mean(0) for row in rows])


class Norm(tf.Module):
    """Batch normalisation with running statistics."""

    def __init__(self, width, scope):
        super().__init__()
        self.gamma = tf.Variable(np.full(width, 1.5, "float32"), name=f"{scope}/gamma")
        self.beta = tf.Variable(draw(width), name=f"{scope}/beta")
        self.mean = tf.Variable(draw(width, seed=1), False, name=f"{scope}/moving_mean")
        self.var = tf.Variable(
            np.full(width, 2.0, "float32"), False, name=f"{scope}/moving_variance"
        )

    def __call__(self, x, training):
        mean, var = self.mean.value(), self.var.value()
        if training:
            axes = list(range(len(x.shape) - 1))
            mean, var = tf.nn.moments(x, axes)
            self.mean.assign(0.9 * self.mean + 0.1 * mean)
            self.var.assign(0.9 * self.var + 0.1 * var)
        return tf.nn.batch_normalization(x, mean, var, self.beta, self.gamma, 1e-3)


class ImageFeatures(tf.Module):
    """Images in [0, 1] to a vector, with two blocks of convolution and BatchNorm."""

    def __init__(self, size=8, dropout=0.0):
        super().__init__()
        self.dropout = dropout
        self.kernels, self.norms = [], []
        for block, width in enumerate([3, WIDTH]):
            kernel = tf.Variable(
                draw(3, 3, width, WIDTH), name=f"tiny_net/block_{block}/conv/kernel"
            )
            self.kernels.append(kernel)
            self.norms.append(Norm(WIDTH, f"tiny_net/block_{block}/norm"))
        self.losses = [self.penalty]
        spec = tf.TensorSpec([None, size, size, 3])
        for training in (False, True):
            self.__call__.get_concrete_function(spec, training)

    @tf.function(input_signature=[])
    def penalty(self):
        return 0.01 * tf.add_n([tf.nn.l2_loss(kernel) for kernel in self.kernels])

    @tf.function
    def __call__(self, images, training=False):
        x = images
        for kernel, norm in zip(self.kernels, self.norms, strict=True):
            x = tf.nn.relu(norm(tf.nn.conv2d(x, kernel, 2, "SAME"), training))
        if training and self.dropout:
            x = tf.nn.dropout(x, self.dropout)
        return tf.reduce_mean(x, [1, 2])


class Encoder(tf.Module):
    """A dictionary of ids, mask and types to pooled and sequence outputs; two blocks."""

    def __init__(self, vocabulary=50, length=None, dropout=0.5):
        super().__init__()
        self.dropout = dropout
        self.words = tf.Variable(draw(vocabulary, WIDTH), name="word_embeddings/embeddings")
        self.blocks = [tf.Variable(draw(WIDTH, WIDTH, seed=i), name=f"transformer/layer_{i}/kernel")
                       for i in range(2)]  # fmt: skip
        self.pooler = tf.Variable(draw(WIDTH, WIDTH, seed=9), name="pooler_transform/kernel")
        spec = tf.TensorSpec([None, length], tf.int32)
        inputs = dict.fromkeys(BERT_INPUTS, spec)
        for training in (False, True):
            self.__call__.get_concrete_function(inputs, training)

    @tf.function
    def __call__(self, inputs, training=False):
        mask = tf.cast(inputs["input_mask"], tf.float32)[..., None]
        x = tf.gather(self.words, inputs["input_word_ids"]) * mask
        for kernel in self.blocks:
            mixed = tf.reduce_sum(x, 1, keepdims=True) / tf.reduce_sum(mask, 1, keepdims=True)
            x = (x + tf.nn.tanh((x + mixed) @ kernel)) * mask
            if training and self.dropout:
                x = tf.nn.dropout(x, self.dropout)
        pooled = tf.nn.tanh(x[:, 0] @ self.pooler)
        return {"pooled_output": pooled, "default": pooled, "sequence_output": x,
                "encoder_outputs": [x]}  # fmt: skip


class Preprocessor(tf.Module):
    """Texts to ids: every word is hashed; 1 begins and 2 ends, as BERT's preprocessors do."""

    def __init__(self, length=16):
        super().__init__()
        self.length = length
        self.bert_pack_inputs.get_concrete_function(
            [tf.RaggedTensorSpec([None, None, None], tf.int32)], tf.TensorSpec([], tf.int32))  # fmt: skip

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def tokenize(self, texts):
        words = tf.strings.split(texts)
        ids = words.with_values(tf.strings.to_hash_bucket_fast(words.values, 40))
        return tf.cast(tf.expand_dims(ids, 2), tf.int32) + 5

    @tf.function
    def bert_pack_inputs(self, tokens, seq_length):
        rows = tokens[0].merge_dims(1, 2)[:, : seq_length - 2]
        ones = tf.ones([rows.nrows(), 1], tf.int32)
        rows = tf.concat([ones, rows, 2 * ones], 1)
        ids = rows.to_tensor(shape=[None, None])
        ids = tf.pad(ids, [[0, 0], [0, seq_length - tf.shape(ids)[1]]])
        mask = tf.sequence_mask(rows.row_lengths(), seq_length, tf.int32)
        return {"input_word_ids": ids, "input_mask": mask, "input_type_ids": tf.zeros_like(ids)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def __call__(self, texts):
        packed = self.bert_pack_inputs([self.tokenize(texts)], tf.constant(self.length))
        return {k: tf.ensure_shape(v, [None, self.length]) for k, v in packed.items()}


FUNCTIONS = ("__call__", "tokenize", "bert_pack_inputs")


def save(module, directory):
    """Saves a module by the reusable contract of TF-Hub; returns the directory."""
    exported = tf.train.Checkpoint(module=module)
    for name in FUNCTIONS:
        if hasattr(module, name):
            setattr(exported, name, getattr(module, name))
    exported.trainable_variables = list(module.trainable_variables)
    exported.variables = list(module.variables)
    exported.regularization_losses = getattr(module, "losses", [])
    tf.saved_model.save(exported, str(directory))
    return str(directory)


def save_signature(module, directory):
    """Saves a module that can be called by its signature only."""
    exported = tf.train.Checkpoint(module=module)
    spec = tf.TensorSpec([None, 8, 8, 3], name="images")
    function = tf.function(lambda images: {"logits": module(images)})
    tf.saved_model.save(exported, str(directory), function.get_concrete_function(images=spec))
    return str(directory)


def save_tf1(directory):
    """Saves a module as TensorFlow 1 and TF-Hub's first format had it; returns its weights too."""
    v1 = tf.compat.v1
    kernel = draw(3, WIDTH)
    with tf.Graph().as_default(), v1.Session() as session:
        inputs = v1.placeholder(tf.float32, [None, 3])
        weights = v1.get_variable("kernel", initializer=kernel)
        outputs = tf.matmul(inputs, weights)
        session.run(v1.global_variables_initializer())
        signature = v1.saved_model.predict_signature_def({"inputs": inputs}, {"default": outputs})
        builder = v1.saved_model.Builder(str(directory))
        builder.add_meta_graph_and_variables(session, [], {"default": signature})
        builder.save()
    (directory / "tfhub_module.pb").write_bytes(b"\x08\x03")
    return str(directory), kernel
