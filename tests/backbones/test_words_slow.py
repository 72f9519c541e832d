"""Which token answers for which word, against transformers on the same files."""

import io

import numpy as np
import pytest

from ftkeras import load_backbone
from tests.backbones.test_minilm_slow import MINILM, TEXTS
from tests.helpers import tiny_roberta

pytestmark = pytest.mark.slow
NASTY = ("don't", "#Vh1", "U.S.", "ﬁrst", "e-mail@x.org", "北京", "naïve", "1,000.5", "STRASSE",
         "x" * 120, "...", "''", "``", "😀", "a\u0301", "Ⅳ")  # fmt: skip
SENTENCES = [*(tuple(text.split()) for text in TEXTS if text.split()), NASTY, NASTY[::-1] * 3]


def check(tokenizer, directory, length, order=True):
    """Holds ids and places to `word_ids`: the first token of each word is where it stands."""
    preprocess = load_backbone(f"words://{directory}", sequence_length=length).preprocess
    expected = tokenizer(
        [list(words) for words in SENTENCES], is_split_into_words=True, truncation=True,
        max_length=length, padding=True, return_tensors="np",
    )  # fmt: skip
    found = preprocess(SENTENCES)
    width = expected["input_ids"].shape[1]
    mask = found.arrays["text_padding_mask"][:, :width]
    np.testing.assert_array_equal(mask, expected["attention_mask"])
    there = expected["attention_mask"] > 0
    ids = found.arrays["text_token_ids"][:, :width]
    wanted = np.where(there, expected["input_ids"], -1)
    given = np.where(there, ids, -1)
    if not order:
        wanted, given = np.sort(wanted), np.sort(given)
    np.testing.assert_array_equal(given, wanted)
    unplaced = 0
    for row, words in enumerate(SENTENCES):
        of_tokens = expected.word_ids(row)
        for place in range(len(words)):
            stands = place < found.arrays["padding_mask"].shape[1]
            if place in of_tokens:
                assert found.arrays["padding_mask"][row, place] == 1
                assert found.arrays["word_places"][row, place] == of_tokens.index(place)
            else:
                unplaced += 1
                assert not stands or found.arrays["padding_mask"][row, place] == 0
    assert preprocess.unplaced(SENTENCES).sum() == unplaced


@pytest.mark.parametrize("length", [8, 33, 256])
def test_word_pieces_of_a_real_vocabulary(transformers, length):
    check(transformers.AutoTokenizer.from_pretrained(MINILM), MINILM, length)


@pytest.mark.parametrize("length", [8, 64])
def test_byte_pairs_with_a_space_before_each_word(transformers, tmp_path, length):
    tiny_roberta.write(tmp_path, TEXTS, vocabulary=400)
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path, add_prefix_space=True)
    check(tokenizer, tmp_path, length)


# KerasHub leaves the file of the vocabulary open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("length", [8, 64])
def test_sentence_pieces(transformers, tmp_path, length):
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([" ".join(words) for words in SENTENCES if len(words) < 40] * 3),
        model_writer=model, vocab_size=300, hard_vocab_limit=False, character_coverage=1.0,
        minloglevel=2,
    )  # fmt: skip
    (tmp_path / "sentencepiece.bpe.model").write_bytes(model.getvalue())
    tokenizer = transformers.XLMRobertaTokenizer.from_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    config = transformers.XLMRobertaConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=24, max_position_embeddings=80, type_vocab_size=1,
    )  # fmt: skip
    transformers.XLMRobertaModel(config).save_pretrained(tmp_path)
    # Where two ways to cut a word are equally probable, the two programs may take different ones.
    check(tokenizer, tmp_path, length, order=False)
