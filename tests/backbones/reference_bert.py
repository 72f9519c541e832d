"""BERT in NumPy, written from Devlin et al. (2019) and Hugging Face's weight names."""

import json

import numpy as np
from safetensors.numpy import save_file
from scipy.special import erf

PIECES = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "a", "good", "bad", "film", "is"),
    *("very", "cafe", "!", ".", ",", "'", "##s", "##ing", "watch", "stras", "##se", "##e", "c"),
    *("##a", "##f", "中", "文", "don", "t"),
]
CONFIG = {
    "model_type": "bert",
    "architectures": ["BertModel"],
    "vocab_size": len(PIECES),
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "hidden_size": 8,
    "intermediate_size": 12,
    "max_position_embeddings": 16,
    "type_vocab_size": 2,
    "hidden_act": "gelu",
    "layer_norm_eps": 1e-12,
    "hidden_dropout_prob": 0.1,
}
ACTIVATIONS = {
    "gelu": lambda x: 0.5 * x * (1 + erf(x / np.sqrt(2))),
    "gelu_new": lambda x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    "relu": lambda x: np.maximum(x, 0),
    "silu": lambda x: x / (1 + np.exp(-x)),
}


def random_weights(config=CONFIG):
    """Weights by Hugging Face's names; large, so that every part of the graph matters."""
    generator = np.random.default_rng(3)
    width, inner = config["hidden_size"], config["intermediate_size"]
    shapes = {
        "embeddings.word_embeddings.weight": (config["vocab_size"], width),
        "embeddings.position_embeddings.weight": (config["max_position_embeddings"], width),
        "embeddings.token_type_embeddings.weight": (config["type_vocab_size"], width),
        "embeddings.LayerNorm.weight": (width,),
        "embeddings.LayerNorm.bias": (width,),
        "pooler.dense.weight": (width, width),
        "pooler.dense.bias": (width,),
    }
    for layer in range(config["num_hidden_layers"]):
        for name, shape in {
            "attention.self.query": (width, width),
            "attention.self.key": (width, width),
            "attention.self.value": (width, width),
            "attention.output.dense": (width, width),
            "intermediate.dense": (inner, width),
            "output.dense": (width, inner),
            "attention.output.LayerNorm": (width,),
            "output.LayerNorm": (width,),
        }.items():
            shapes[f"encoder.layer.{layer}.{name}.weight"] = shape
            shapes[f"encoder.layer.{layer}.{name}.bias"] = shape[:1]
    return {
        name: generator.normal(scale=0.7, size=shape).astype(np.float32)
        for name, shape in shapes.items()
    }


def write(directory, weights, config=CONFIG, pieces=PIECES, **tokenizer):
    """Writes a directory as `save_pretrained` does."""
    directory.mkdir(exist_ok=True)
    save_file(weights, directory / "model.safetensors", metadata={"format": "pt"})
    (directory / "config.json").write_text(json.dumps(config))
    (directory / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    settings = {"do_lower_case": True, "unk_token": "[UNK]", **tokenizer}
    (directory / "tokenizer_config.json").write_text(json.dumps(settings))
    return directory


def hidden_states(weights, config, ids, mask):
    """Last hidden states `(batch, length, width)` in float64, with every segment id zero."""
    w = {name: value.astype(np.float64) for name, value in weights.items()}

    def norm(x, name):
        spread = np.sqrt(x.var(-1, keepdims=True) + config["layer_norm_eps"])
        return (x - x.mean(-1, keepdims=True)) / spread * w[f"{name}.weight"] + w[f"{name}.bias"]

    def dense(x, name):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    x = w["embeddings.word_embeddings.weight"][ids]
    x = x + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
    x = norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}"
        x = norm(x + _attend(dense, x, mask, at, config), f"{at}.attention.output.LayerNorm")
        inner = ACTIVATIONS[config["hidden_act"]](dense(x, f"{at}.intermediate.dense"))
        x = norm(x + dense(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    return x


def pooled(weights, states):
    """`tanh` of a dense layer on the class token."""
    return np.tanh(states[:, 0] @ weights["pooler.dense.weight"].T + weights["pooler.dense.bias"])


def _attend(dense, x, mask, at, config):
    batch, length, width = x.shape
    heads = config["num_attention_heads"]

    def split(name):
        y = dense(x, f"{at}.attention.self.{name}").reshape(batch, length, heads, -1)
        return y.transpose(0, 2, 1, 3)

    scores = split("query") @ split("key").transpose(0, 1, 3, 2) / np.sqrt(width // heads)
    scores = np.where(mask[:, None, None, :] > 0, scores, -1e9)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = weights / weights.sum(-1, keepdims=True) @ split("value")
    return dense(
        mixed.transpose(0, 2, 1, 3).reshape(batch, length, width), f"{at}.attention.output.dense"
    )
