"""A small RoBERTa with a byte-pair vocabulary of its own, as transformers saves it."""


def write(directory, texts, vocabulary):
    """Trains a vocabulary of so many pieces on texts, and saves it with random weights.

    Returns the tokenizer of transformers.
    """
    import transformers
    from tokenizers import ByteLevelBPETokenizer

    trained = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trained.train_from_iterator(texts * 3, vocab_size=vocabulary, special_tokens=special)
    trained.save_model(str(directory))
    tokenizer = transformers.RobertaTokenizer.from_pretrained(directory)
    tokenizer.save_pretrained(directory)
    config = transformers.RobertaConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=24, max_position_embeddings=80, type_vocab_size=1,
    )  # fmt: skip
    transformers.RobertaModel(config).save_pretrained(directory)
    return tokenizer
