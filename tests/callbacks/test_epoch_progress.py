import keras
import numpy as np

from ftkeras.callbacks.epoch_progress import EpochProgress


def test_progress_counts_epochs_and_quotes_the_monitored_value():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, calls = np.ones((4, 1)), []
    history = model.fit(
        x, x, validation_data=(x, x), epochs=2, verbose=0,
        callbacks=[EpochProgress(lambda *call: calls.append(call), "val_loss")],
    ).history  # fmt: skip
    assert calls == [
        (epoch + 1, 2, f"val_loss {history['val_loss'][epoch]:.4f}") for epoch in range(2)
    ]


def test_an_early_end_is_the_end():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, calls = np.ones((4, 1)), []
    progress = EpochProgress(lambda *call: calls.append(call), "loss")
    stop = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda *_: setattr(model, "stop_training", True)
    )
    model.fit(x, x, epochs=9, verbose=0, callbacks=[progress, stop])
    assert [call[:2] for call in calls] == [(1, 9), (1, 1)]
