"""What holds for every augmentation, and what each does, against independent computations."""

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.contracts.augmentation import Mixing
from ftkeras.data.augmentation.colour import Colour
from ftkeras.data.augmentation.crop import Crop
from ftkeras.data.augmentation.cut_mix import CutMix
from ftkeras.data.augmentation.edit_words import EditWords
from ftkeras.data.augmentation.flip import Flip
from ftkeras.data.augmentation.flip_and_crop import FlipAndCrop
from ftkeras.data.augmentation.mix_up import MixUp
from ftkeras.data.augmentation.rand_augment import RandAugment
from ftkeras.data.augmentation.rotate import Rotate
from ftkeras.data.augmentation.spec_augment import SpecAugment
from ftkeras.errors import UserError

NAMES = catalog.names("data/augmentation")
NOISE = np.random.default_rng(5).integers(0, 256, (24, 32, 3), dtype="uint8")


def rng(seed):
    return np.random.default_rng(seed)


def example(modality):
    if modality == "text":
        return "a few plain words that can change their places"
    if modality == "audio":
        return np.sin(np.arange(4000) / 3).astype("float32"), 8000
    return NOISE


def applied(name, seed):
    step = catalog.build("data/augmentation", Call(name))
    value = example(step.modality)
    if isinstance(step, Mixing):
        return step.mix(value, value[::-1, ::-1], step.draw(rng(seed)))
    return step(value, rng(seed))


def same(one, other):
    if isinstance(one, tuple):
        return all(map(same, one, other))
    return np.array_equal(one, other)


@pytest.mark.parametrize("name", NAMES)
def test_the_generator_alone_decides_and_it_does_decide(name):
    before = NOISE.copy()
    assert all(same(applied(name, seed), applied(name, seed)) for seed in range(5))
    results = [applied(name, seed) for seed in range(20)]
    assert any(not same(results[0], other) for other in results[1:])
    np.testing.assert_array_equal(NOISE, before)


@pytest.mark.parametrize("name", [n for n in NAMES if catalog.find("data/augmentation", n).modality == "image"])  # fmt: skip
def test_a_file_and_its_pixels_become_the_same(name, tmp_path):
    Image.fromarray(NOISE).save(tmp_path / "noise.png")
    step = catalog.build("data/augmentation", Call(name))
    for seed in range(4):
        pair = [step.mix(value, NOISE[:9], step.draw(rng(seed))) if isinstance(step, Mixing) else step(value, rng(seed))
                for value in (NOISE, str(tmp_path / "noise.png"))]  # fmt: skip
        assert pair[0].dtype == np.uint8
        assert pair[0].shape[2] == 3
        np.testing.assert_array_equal(*pair)


def test_flips_are_mirrored_arrays_half_of_the_time():
    seen = [Flip(horizontal=True, vertical=True)(NOISE, rng(seed)) for seed in range(400)]
    expected = [NOISE, NOISE[:, ::-1], NOISE[::-1], NOISE[::-1, ::-1]]
    counts = [sum(np.array_equal(image, one) for image in seen) for one in expected]
    assert sum(counts) == 400
    assert min(counts) > 70


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 9999), smallest=st.floats(0.1, 1), stretch=st.floats(1, 3))
def test_crops_are_windows_of_the_promised_area_and_shape(seed, smallest, stretch):
    rows, columns = np.mgrid[:50, :80].astype("uint8")
    places = np.stack([rows, columns, rows], axis=-1)
    piece = Crop(smallest, stretch)(places, rng(seed))
    height, width = piece.shape[:2]
    top, left = int(piece[0, 0, 0]), int(piece[0, 0, 1])
    np.testing.assert_array_equal(piece, places[top : top + height, left : left + width])
    rounding = 1.05
    if height < 50 and width < 80:  # else the picture's edge cut it
        assert height * width >= smallest * 4000 / rounding - 80
        assert 1 / stretch / rounding - 0.1 <= (width / 80) / (height / 50) <= stretch * rounding + 0.1  # fmt: skip


def test_flip_and_crop_does_both():
    columns = np.broadcast_to(np.arange(60, dtype="uint8")[None, :, None], (40, 60, 3))
    pieces = [FlipAndCrop()(np.ascontiguousarray(columns), rng(seed)) for seed in range(100)]
    steps = [int(piece[0, 1, 0]) - int(piece[0, 0, 0]) for piece in pieces]
    assert set(steps) == {1, -1}
    assert 30 < steps.count(-1) < 70
    assert len({piece.shape for piece in pieces}) > 30


def test_a_quarter_turn_is_that_of_numpy():
    class Quarter:
        def uniform(self, low, high):
            return high

    square = NOISE[:24, :24]
    np.testing.assert_array_equal(Rotate(degrees=90)(square, Quarter()), np.rot90(square))


@pytest.mark.parametrize("setting", ["brightness", "contrast", "saturation"])
def test_colour_follows_the_formula_of_its_factor(setting):
    off = {"brightness": 0.0, "contrast": 0.0, "saturation": 0.0}
    changed = Colour(**{**off, setting: 0.5})(NOISE, rng(3)).astype(float)
    grey = np.asarray(Image.fromarray(NOISE).convert("L")).astype(float)
    ground = {"brightness": np.zeros(1), "contrast": np.full(1, np.rint(grey.mean())),
              "saturation": grey[..., None]}[setting]  # fmt: skip
    draws = rng(3).uniform([0.5 if key == setting else 1.0 for key in off], [1.5 if key == setting else 1.0 for key in off])  # fmt: skip
    factor = draws[list(off).index(setting)]
    expected = np.clip(ground + factor * (NOISE - ground), 0, 255)
    assert np.abs(changed - expected).max() <= 1


def test_hue_keeps_the_largest_and_the_smallest_channel():
    changed = Colour(0, 0, 0, hue=0.5)(NOISE, rng(1)).astype(int)
    for pick in (np.max, np.min):
        assert np.abs(pick(changed, axis=-1) - pick(NOISE.astype(int), axis=-1)).max() <= 6
    assert np.abs(changed - NOISE).mean() > 20


def test_rand_augment_draws_all_its_operations_and_magnitude_0_leaves_shapes_alone():
    weak = [RandAugment(operations=1, magnitude=0)(NOISE, rng(seed)) for seed in range(60)]
    strong = [RandAugment(operations=1, magnitude=30)(NOISE, rng(seed)) for seed in range(300)]
    # Auto contrast and equalise have no strength; all else leaves the picture at magnitude 0.
    different = [image for image in weak if np.abs(image.astype(int) - NOISE).max() > 1]
    assert len(different) < 20
    assert len({image.tobytes() for image in strong}) == 1 + 2 + 2 * 9 + 2
    assert all(image.shape == NOISE.shape for image in strong)


def test_mix_up_is_the_weighted_mean_with_a_beta_weight():
    shares = []
    for seed in range(300):
        mixture = MixUp(alpha=0.4).draw(rng(seed))
        mixed, share = MixUp().mix(NOISE, NOISE[::-1], mixture), mixture.share
        expected = share * NOISE.astype(float) + (1 - share) * NOISE[::-1]
        assert np.abs(mixed - expected).max() <= 0.5 + 1e-9
        shares.append(share)
    # Beta(a, a) has mean 1/2 and variance 1 / (4 (2 a + 1)).
    assert np.mean(shares) == pytest.approx(0.5, abs=0.08)
    assert np.var(shares) == pytest.approx(1 / (4 * 1.8), abs=0.02)


def test_cut_mix_pastes_one_window_and_counts_its_area():
    shares = []
    dark, bright = np.zeros((30, 40, 3), "uint8"), np.full((60, 80, 3), 200, "uint8")
    for seed in range(100):
        mixture = CutMix().draw(rng(seed))
        mixed = CutMix().mix(dark, bright, mixture)
        pasted = mixed[..., 0] == 200
        rows, columns = np.flatnonzero(pasted.any(1)), np.flatnonzero(pasted.any(0))
        assert pasted.sum() == len(rows) * len(columns)
        # Each side of the window is rounded to a whole pixel.
        assert mixture.share == pytest.approx(1 - pasted.mean(), abs=1 / 30 + 1 / 40)
        shares.append(mixture.share)
    assert np.std(shares) > 0.15


@settings(deadline=None)
@given(
    words=st.lists(st.sampled_from(["red", "fish", "is", "x", "new"]), min_size=2, max_size=12),
    seed=st.integers(0, 999),
)
def test_edited_texts_hold_the_words_that_their_edit_leaves(words, seed):
    text = "  ".join(words)
    swapped = EditWords(delete=0, swap=0.4)(text, rng(seed)).split()
    assert sorted(swapped) == sorted(words)
    moved = sum(one != other for one, other in zip(words, swapped, strict=True))
    assert moved <= 2 * max(1, round(0.2 * len(words)))
    kept = EditWords(delete=0.5, swap=0)(text, rng(seed)).split()
    remaining = iter(words)
    assert kept
    assert all(word in remaining for word in kept)  # in order, as a subsequence
    signs = EditWords(delete=0, swap=0, punctuate=0.3)(text, rng(seed)).split()
    assert [word for word in signs if word not in ".;?:!,"] == words
    assert len(signs) - len(words) == max(1, round(0.3 * len(words)))


def test_words_are_deleted_as_often_as_asked():
    text = " ".join(map(str, range(200)))
    lengths = [len(EditWords(delete=0.2, swap=0)(text, rng(seed)).split()) for seed in range(50)]
    assert np.mean(lengths) == pytest.approx(160, abs=3)
    assert EditWords()("alone", rng(0)) == "alone"


def test_masked_sound_is_the_inverse_of_the_masked_spectrum():
    samples = rng(0).normal(size=8000).astype("float32")
    step = SpecAugment(frequency_masks=1, frequency_share=0.3, time_masks=1, time_share=0.3)
    masked, rate = step((samples, 8000), rng(4))
    window = {"window": "hann", "nperseg": 200, "noverlap": 100}
    _, _, spectrum = scipy.signal.stft(samples, **window)
    mask = step.mask(spectrum.shape, rng(4))
    assert rate == 8000
    assert 0.1 < (mask == 0).mean() < 0.6
    _, expected = scipy.signal.istft(spectrum * mask, **window)
    np.testing.assert_allclose(masked, expected[:8000], atol=1e-6)
    nothing = SpecAugment(frequency_masks=0, time_masks=0)((samples, 8000), rng(4))[0]
    np.testing.assert_allclose(nothing, samples, atol=1e-5)
    assert np.abs(masked - samples).max() > 0.5
    assert SpecAugment()((np.zeros(5, "float32"), 8000), rng(0))[0].tolist() == [0.0] * 5


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Crop(smallest=0), "smallest=0"),
        (lambda: Crop(stretch=0.5), "stretch=0.5"),
        (lambda: FlipAndCrop(smallest=2), "smallest=2"),
        (lambda: Rotate(degrees=0), "degrees=0"),
        (lambda: Colour(hue=0.6), "hue=0.6"),
        (lambda: RandAugment(operations=0), "operations=0"),
        (lambda: RandAugment(magnitude=31), "magnitude=31"),
        (lambda: MixUp(alpha=0), "alpha=0"),
        (lambda: CutMix(alpha="1"), "alpha='1'"),
        (lambda: EditWords(delete=1.0), "delete=1.0"),
        (lambda: EditWords(delete=0, swap=0), "share above 0"),
        (lambda: SpecAugment(time_masks=-1), "time_masks=-1"),
        (lambda: SpecAugment(time_share=1.1), "time_share=1.1"),
    ],
)  # fmt: skip
def test_impossible_settings_are_refused(make, says):
    with pytest.raises(UserError, match=says):
        make()
