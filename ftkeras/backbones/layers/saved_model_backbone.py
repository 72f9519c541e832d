"""A SavedModel as a Keras 3 layer."""

import os
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from typing import Any, Self

import keras
from keras.src.saving.serialization_lib import in_safe_mode

from ftkeras.backbones.saved_model import trust
from ftkeras.errors import UserError

if keras.backend.backend() == "tensorflow":  # runs on JAX import this file to load other layers
    import tensorflow as tf

    from ftkeras.backbones.saved_model import (
        digest,
        program,
        random_weights,
        resolve,
        shapes,
        thawing,
    )
    from ftkeras.backbones.saved_model import outputs as outputs_of


@keras.saving.register_keras_serializable(package="ftkeras")
class SavedModelBackbone(keras.layers.Layer):
    """Computes what a SavedModel computes (TensorFlow Hub's, Kaggle's, yours), and fine-tunes it.

    It works in functional, sequential and subclassed models of Keras 3, and needs no
    tensorflow_hub: text embeddings, preprocessors and encoders, image feature vectors,
    classifiers, modules of TensorFlow 1 and bare signatures; the last two frozen only.

    The variables are Keras weights: they are counted, saved, frozen and trained like any others.
    `training` reaches the SavedModel when something in it trains. Frozen, it runs in inference
    mode: BatchNorm keeps its statistics and dropout is off. Partly frozen, it runs in inference
    mode too if training mode would move statistics of frozen variables. Regularisation losses count
    once, while something trains.

    Args:
        handle: A directory, a `.tar.gz` file, an address (`https://tfhub.dev/…`,
            `https://www.kaggle.com/models/…`, `gs://…`), or a Kaggle handle
            `owner/model/framework/variation/version`.
        trainable: Whether its variables train at first; `thaw` and `freeze` choose some of them.
        signature: What to compute: one of its functions, such as `serve`, or a signature, which
            cannot be fine-tuned. `None` takes the object's own call, else its default signature.
        output_key: Which of several outputs, for example `"pooled_output"`; `None` takes all.
        arguments: Further arguments of the call, JSON values.
        output_shape: Shape of the output without the batch axis, where the SavedModel leaves it
            open.
        tags: Which graph, for TensorFlow 1.
        embed: Whether a `.keras` file holds the program, and so needs nothing else; otherwise it
            holds the handle. The weights are in the file either way.
        sha256: Digest that the program must have; `None` accepts any.
        name: Name of the layer.
        dtype: Outputs are cast to its compute type. `None` leaves them in float32.
        **saved: What Keras hands over when it loads a file.

    Raises:
        UserError: Keras runs on JAX or PyTorch; nothing is found there; the digest is another one;
            or a file is loaded in safe mode whose SavedModel is not trusted (see
            `ftkeras.backbones.trusting`).

    Shapes:
        inputs: What the SavedModel takes: a tensor, or a dictionary of tensors. Numbers are cast.
        output: A tensor, or a dictionary or list of them.

    Example:
        >>> class Doubled(tf.Module):
        ...     @tf.function(input_signature=[tf.TensorSpec([None, 2])])
        ...     def __call__(self, inputs):
        ...         return 2.0 * inputs
        >>> directory = tempfile.mkdtemp()
        >>> tf.saved_model.save(Doubled(), directory)
        >>> inputs = keras.Input((2,))
        >>> model = keras.Model(inputs, SavedModelBackbone(directory)(inputs))
        >>> model.predict_on_batch(tf.constant([[1.0, 2.0]])).tolist()
        [[2.0, 4.0]]

    References:
        The contract is that of https://www.tensorflow.org/hub/reusable_saved_models.
    """

    def __init__(  # noqa: PLR0913 - Keras layers take their settings one by one
        self,
        handle: str | os.PathLike[str],
        trainable: bool = False,
        *,
        signature: str | None = None,
        output_key: str | None = None,
        arguments: Mapping[str, Any] | None = None,
        output_shape: Sequence[int | None] | None = None,
        tags: Sequence[str] | None = None,
        embed: bool = True,
        sha256: str | None = None,
        name: str | None = None,
        dtype: "str | keras.DTypePolicy | None" = None,
        **saved: Any,
    ) -> None:
        _expect_tensorflow()
        if in_safe_mode():
            trust.expect_trusted(sha256, f"a saved model with the SavedModel {handle}")
        super().__init__(trainable=True, name=name, dtype=dtype or "float32", autocast=False)
        self.handle = os.fspath(handle)
        self.signature, self.output_key, self.tags = signature, output_key, tags
        self.arguments = dict(arguments or {})
        self.output_shape_given = None if output_shape is None else tuple(output_shape)
        self.embed = embed
        self.sha256 = sha256
        self._root: Any = None
        self._endpoint: Any = None
        self._strategy = tf.distribute.get_strategy()
        self.variable_groups: list[Any] = []
        self._calls = shapes.Calls.of(saved.pop("calls", None))
        slots, training = saved.pop("slots", None), saved.pop("training_variables", None)
        self._is_tf1 = saved.pop("is_tf1", False)
        if saved:
            raise TypeError(f"Expected known arguments. Received: {', '.join(saved)}.")
        if slots is not None and embed and in_safe_mode() is not None:
            kept = [] if self._is_tf1 else slots  # those of TensorFlow 1 come with the program
            self.variable_groups = program.awaited(kept, self.name)
        else:
            self._take(program.read(resolve.resolve(self.handle), self._asked()))
        self.built = True
        self.trainable = trainable
        if training is not None:
            self._train({id(self.offered[index]) for index in training})

    def __setattr__(self, name: str, value: Any) -> None:
        """Sets `trainable` even where it seems to be so already: single variables may differ."""
        if name == "trainable":
            keras.layers.Layer.trainable.fset(self, value)
        else:
            super().__setattr__(name, value)

    @property
    def offered(self) -> list[keras.Variable]:
        """The variables that can train, frozen or not."""
        return thawing.offered(self.variable_groups)

    @property
    def input_spec_of_saved_model(self) -> Any:
        """What the SavedModel takes: a `tf.TensorSpec`, or a dictionary of them."""
        return self._endpoint.spec

    def thaw(self, pattern: str | None = None) -> int:
        """Makes variables train, besides those that do already. Compile the model afterwards.

        Args:
            pattern: Regular expression that a variable's path must contain; `None` takes all.

        Returns:
            How many variables train now.

        Raises:
            UserError: No variable that can train matches.
        """
        matching = thawing.matching(self.variable_groups, pattern, self.handle)
        return self._train({id(v) for v in [*self.trainable_variables, *matching]})

    def freeze(self, pattern: str | None = None) -> int:
        """Makes variables stay as they are. Compile the model afterwards.

        Args:
            pattern: Regular expression that a variable's path must contain; `None` takes all.

        Returns:
            How many variables train now.

        Raises:
            UserError: No variable that can train matches.
        """
        matching = thawing.matching(self.variable_groups, pattern, self.handle)
        return self._train({id(v) for v in self.trainable_variables} - {id(v) for v in matching})

    def draw_weights(self, seed: int) -> None:
        """Replaces every weight by random numbers: what is left of a model without its training.

        A SavedModel does not say how it was initialised, so each variable of floats is drawn from a
        normal distribution with the variable's own mean and standard deviation: the scale of every
        layer stays, and what it has learned goes. Variables that hold one value stay.

        Args:
            seed: Equal seeds give equal bits.
        """
        random_weights.draw(self.variable_groups, seed)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Computes the SavedModel; see the class."""
        self._expect_ready()
        trains = bool(self.trainable_variables)
        in_training = bool(training) and trains and not self._would_move_frozen_statistics()
        outputs = self._endpoint(inputs, in_training, self.arguments)
        if trains and not self._losses:  # once, even if the layer is called twice in a model
            for loss in getattr(self._root, "regularization_losses", None) or ():
                self.add_loss(loss())
        chosen = outputs_of.chosen(
            outputs, self._endpoint, self.output_key, self.handle, is_tf1=self._is_tf1
        )
        return outputs_of.shaped(chosen, inputs, self.compute_dtype, self.output_shape_given)

    def compute_output_spec(self, inputs: Any, training: bool | None = None) -> Any:
        """Returns the outputs' shapes and types; from memory while the program is not loaded."""
        if self._root is None:
            return self._calls.recall(inputs)
        outputs = super().compute_output_spec(inputs, training=training)
        self._calls.remember(inputs, outputs)
        return outputs

    def get_config(self) -> dict[str, Any]:
        """Returns all arguments, and what is needed before the program is there."""
        config = {
            **super().get_config(),
            "handle": self.handle,
            "signature": self.signature,
            "output_key": self.output_key,
            "arguments": dict(self.arguments),
            "output_shape": self.output_shape_given and list(self.output_shape_given),
            "tags": self.tags and list(self.tags),
            "embed": self.embed,
            "sha256": self.sha256,
            "calls": self._calls.config,
            "slots": [slot.config for group in self.variable_groups for slot in group.slots],
            "is_tf1": self._is_tf1,
        }
        offered = self.offered
        training = [index for index, variable in enumerate(offered) if variable.trainable]
        if self.trainable and len(training) < len(offered):
            config["training_variables"] = training
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Builds it again."""
        return cls(**config)

    def save_assets(self, directory: str) -> None:
        """Puts the program into a `.keras` file, unless it is to hold the handle only."""
        if self.embed:
            self._expect_ready()
            digest.copy(self._directory, directory, with_weights=self._is_tf1)

    def load_assets(self, directory: str) -> None:
        """Loads the program of a `.keras` file onto the variables that are there already."""
        if self._root is not None:
            return
        kept = tempfile.mkdtemp(prefix="ftkeras-saved-model-")  # tables read it again on export
        weakref.finalize(self, shutil.rmtree, kept, ignore_errors=True)
        shutil.copytree(directory, kept, dirs_exist_ok=True)
        if self._is_tf1:
            self._take(program.read(kept, self._asked()))
        else:
            self._take(program.read_onto(kept, self._asked(), self.variable_groups))

    def _asked(self) -> "program.Asked":
        return program.Asked(self.sha256, self.tags, self.signature, self.name)

    def _take(self, read: "program.Program") -> None:
        self.sha256, self._directory, self._is_tf1 = read.sha256, read.directory, read.is_tf1
        self._endpoint, self._root = read.endpoint, read.root  # tracked: an export needs its tables
        if read.groups is not self.variable_groups:
            self.variable_groups = read.groups
        self.supports_jit = self._endpoint.supports_jit()
        self._updates_statistics = self._endpoint.updates_statistics()

    def _train(self, wanted: set[int]) -> int:
        self.trainable = True  # a layer that is not hides what its groups train
        thawing.train(self.variable_groups, wanted)
        return len(self.trainable_variables)

    def _would_move_frozen_statistics(self) -> bool:
        frozen = any(group.has_frozen_statistics() for group in self.variable_groups)
        return self._updates_statistics and frozen

    def _expect_ready(self) -> None:
        if self._root is None:
            raise UserError(
                "Expected a layer with its program. Received: one that was built from the settings "
                f"of {self.handle} alone. Load the whole .keras file, or call from_config directly."
            )
        if self._strategy is not tf.distribute.get_strategy() and tf.distribute.has_strategy():
            raise UserError(
                "Expected a SavedModelBackbone that was made inside strategy.scope(). Received: "
                f"{self.name}, made outside. Create or load the model inside the scope."
            )


def _expect_tensorflow() -> None:
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise UserError(
            "Expected Keras to run on TensorFlow, whose program a SavedModel is. Received: "
            f"KERAS_BACKEND={backend}. Set KERAS_BACKEND=tensorflow; or compute the features there "
            "with the SavedModel frozen, and train on them here."
        )
