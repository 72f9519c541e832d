"""The audio half of a preset: encoders of sound, their taps, and their preprocessing."""

import keras
import keras_hub
from keras import ops

from ftkeras import graph as graphs
from ftkeras.backbones.layers.masked_group_normalization import MaskedGroupNormalization
from ftkeras.backbones.layers.mean_pooling import MeanPooling
from ftkeras.backbones.layers.rotary_angles import RotaryAngles
from ftkeras.backbones.preprocessing._sounds import expect_seconds
from ftkeras.backbones.preprocessing.log_mel import LogMel
from ftkeras.backbones.preprocessing.waveform import Waveform
from ftkeras.contracts.backbone import Preprocess
from ftkeras.errors import UserError

# What Moonshine's makers let their own program read.
_LONGEST_WAVEFORM = 64.0
_SECONDS = 30.0


def reads_sound(backbone: keras.Model) -> bool:
    """Returns whether a KerasHub backbone is one of sound."""
    return isinstance(
        backbone, keras_hub.models.WhisperBackbone | keras_hub.models.MoonshineBackbone
    )


def graph(
    backbone: keras.Model, preset: str, seconds: float | None
) -> tuple[keras.Model, Preprocess]:
    """Returns the encoder of a preset in KerasHub's format, and how sounds become its inputs.

    Args:
        backbone: A KerasHub audio backbone; its decoder is left out.
        preset: Where it came from.
        seconds: Longest sound; `None` takes the converter's own, or 30.

    Raises:
        UserError: `seconds` is beyond what the backbone was made for.
    """
    converter = keras_hub.layers.AudioConverter.from_preset(preset)
    if isinstance(backbone, keras_hub.models.MoonshineBackbone):
        if converter.padding_value:
            raise UserError(
                "Expected a converter that pads with silence. Received: "
                f"padding_value={converter.padding_value} in {preset}. It cannot be loaded."
            )
        return moonshine(backbone, seconds, converter.sampling_rate, converter.do_normalize)
    preprocess = LogMel(
        expect_seconds(seconds or converter.max_audio_length, converter.max_audio_length),
        num_mels=converter.num_mels,
        sampling_rate=converter.sampling_rate,
        window=converter.num_fft_bins,
        stride=converter.stride,
    )
    return whisper(backbone), preprocess


def whisper(backbone: "keras_hub.models.WhisperBackbone") -> keras.Model:
    """Returns Whisper's encoder, from spectrograms to `mean_pooled` and `sequence`."""
    encoder = keras.Model(
        backbone.input["encoder_features"],
        backbone.output["encoder_sequence_output"],
        name="encoder",
    )
    features = keras.Input((None, 2 * backbone.num_mels), name="encoder_features")
    mask = keras.Input((None,), dtype="int32", name="padding_mask")
    frames = keras.layers.Reshape((-1, backbone.num_mels), name="frames")(features)
    sequence = graphs.applied(encoder, frames)
    return _model({"encoder_features": features, "padding_mask": mask}, sequence)


def moonshine(
    backbone: "keras_hub.models.MoonshineBackbone",
    seconds: float | None,
    sampling_rate: int = 16_000,
    normalize: bool = False,
) -> tuple[keras.Model, Waveform]:
    """Returns Moonshine's encoder, from samples to `mean_pooled` and `sequence`.

    KerasHub's graph, and the original's, normalise over padding too, which makes a sound's features
    depend on what it is batched with. Here it is left out: a sound has the features it has alone.

    Args:
        backbone: A KerasHub Moonshine.
        seconds: Longest sound; `None` takes 30.
        sampling_rate: Samples a second.
        normalize: Whether sounds are brought to mean 0 and variance 1.

    Raises:
        UserError: `seconds` is beyond what the backbone was made for.
    """
    longest = _SECONDS if seconds is None else seconds
    preprocess = Waveform(
        expect_seconds(longest, _LONGEST_WAVEFORM),
        sampling_rate=sampling_rate,
        normalize=normalize,
    )
    waveform = keras.Input((None, Waveform.chunk), name="waveform")
    samples = keras.Input((None,), dtype="int32", name="samples")
    mask = keras.Input((None,), dtype="int32", name="padding_mask")
    frames = (ops.sum(samples, axis=1) - 127) // 64 + 1
    norm = MaskedGroupNormalization(backbone.group_norm.epsilon, name="group_norm")
    x = keras.layers.Reshape((-1, 1), name="samples_in_a_row")(waveform)
    x = norm(backbone.tanh_after_conv1(backbone.conv1(x)), frames)
    norm.set_weights(backbone.group_norm.get_weights())
    x = backbone.gelu_after_conv2(backbone.conv2(x))
    x = backbone.gelu_after_conv3(backbone.conv3(x))
    # Two chunks less the convolutions' reach; masked places make up for them.
    x = backbone.encoder_dropout(keras.layers.ZeroPadding1D((0, 2), name="as_the_mask")(x))
    rotary = backbone.encoder_rotary_embedding
    angles = RotaryAngles(rotary.rotary_dim, rotary.base_value, name="rotary_angles")(mask)
    attended = ops.cast(mask, "bool")
    for block in backbone.encoder_blocks:
        x = block(x, angles, attention_mask=attended)
    sequence = backbone.encoder_final_layer_norm(x)
    inputs = {"waveform": waveform, "samples": samples, "padding_mask": mask}
    return _model(inputs, sequence), preprocess


def _model(inputs: dict[str, keras.KerasTensor], sequence: keras.KerasTensor) -> keras.Model:
    mean = MeanPooling(name="mean_pooled")(sequence, inputs["padding_mask"])
    return keras.Model(inputs, {"mean_pooled": mean, "sequence": sequence}, name="backbone")
