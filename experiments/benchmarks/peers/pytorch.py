"""Loops as PyTorch users write them around `transformers`: the peers that ftkeras is timed against.

Every batch is padded to its own longest text (dynamic padding), frozen layers run without a
gradient, and validation follows each epoch. Nothing is cached, as in the tutorials.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel, AutoTokenizer

Told = Callable[[], None]


class Classifier(torch.nn.Module):
    """A transformer, the mean over its tokens, dropout, one logit.

    Args:
        directory: Hugging Face directory.
        trained_layers: How many layers at the top are trained; the others are frozen.
        dropout: Share of features set to zero in training.
    """

    def __init__(self, directory: str, trained_layers: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(directory)
        for parameter in self.encoder.parameters():
            parameter.requires_grad = False
        self.layers = list(self.encoder.encoder.layer)[
            len(self.encoder.encoder.layer) - trained_layers :
        ]
        for layer in self.layers:
            for parameter in layer.parameters():
                parameter.requires_grad = True
        self.dropout = torch.nn.Dropout(dropout)
        self.logit = torch.nn.Linear(self.encoder.config.hidden_size, 1)

    def train(self, mode: bool = True) -> "Classifier":
        """Frozen layers stay in inference mode."""
        super().train(mode)
        self.encoder.eval()
        for layer in self.layers:
            layer.train(mode)
        return self

    def forward(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """Returns `(examples,)` logits."""
        return self.logit(self.dropout(self.features(batch)))[:, 0]

    def features(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """Returns the mean over the tokens of each text."""
        with torch.set_grad_enabled(bool(self.layers) and torch.is_grad_enabled()):
            states = self.encoder(**batch).last_hidden_state
            mask = batch["attention_mask"][:, :, None].to(states.dtype)
            return (states * mask).sum(1) / mask.sum(1)


class Batches:
    """Texts, tokenised once, in batches padded to their longest.

    Args:
        directory: Hugging Face directory.
        texts: What is tokenised.
        labels: `(texts,)`.
        size: Texts in a batch.
        length: Longest text, in tokens.
    """

    def __init__(
        self,
        directory: str,
        texts: Sequence[str],
        labels: NDArray[np.int64],
        size: int,
        length: int,
    ) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(directory)
        self.encoded = self.tokenizer(list(texts), truncation=True, max_length=length)
        self.labels, self.size = labels, size
        self.lengths = np.array([len(ids) for ids in self.encoded["input_ids"]])

    def __call__(
        self, order: NDArray[np.int64]
    ) -> Iterator[tuple[dict[str, torch.Tensor], torch.Tensor]]:
        """Yields the batches of one pass in this order."""
        for start in range(0, len(order), self.size):
            rows = order[start : start + self.size]
            cut = {name: [values[row] for row in rows] for name, values in self.encoded.items()}
            batch = self.tokenizer.pad(cut, return_tensors="pt")
            yield dict(batch), torch.tensor(self.labels[rows], dtype=torch.float32)


def fit(
    model: Classifier,
    train: Batches,
    validation: Batches,
    *,
    epochs: int,
    rate: float,
    seed: int,
    told: Told,
) -> None:
    """Trains with AdamW and shuffled batches; `told` is called at the end of each epoch."""
    torch.manual_seed(seed)
    shuffling = np.random.default_rng(seed)
    moving = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(moving, lr=rate, weight_decay=0.004)
    loss_of = torch.nn.BCEWithLogitsLoss()
    for _ in range(epochs):
        model.train()
        for batch, labels in train(shuffling.permutation(len(train.labels))):
            optimizer.zero_grad()
            loss_of(model(batch), labels).backward()
            optimizer.step()
        answers(model, validation)
        told()


def answers(model: Classifier, batches: Batches) -> NDArray[np.float32]:
    """Returns `(texts,)` logits, in the order of the texts."""
    model.eval()
    with torch.inference_mode():
        everything = [model(batch).numpy() for batch, _ in batches(np.arange(len(batches.labels)))]
    return np.concatenate(everything)


def sorted_pass(model: Classifier, batches: Batches) -> NDArray[np.float32]:
    """Returns `(texts, width)` features; batches hold texts of like length, so they pad little."""
    model.eval()
    order = np.argsort(-batches.lengths, kind="stable")
    with torch.inference_mode():
        found = np.concatenate([model.features(batch).numpy() for batch, _ in batches(order)])
    back = np.empty_like(found)
    back[order] = found
    return back
