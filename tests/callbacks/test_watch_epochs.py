import keras
import numpy as np
import pytest

from ftkeras.callbacks.watch_epochs import WatchEpochs


def fitted(callback, epochs=3):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((8, 2)), np.zeros((8, 1))
    history = model.fit(x, y, validation_data=(x, y), epochs=epochs, callbacks=[callback],
                        verbose=0)  # fmt: skip
    return history.history


def test_epochs_count_on_over_fits():
    told = []
    callback = WatchEpochs(lambda *given: told.append(given), "val_loss")
    values = fitted(callback, 2)["val_loss"] + fitted(callback, 1)["val_loss"]
    assert [epoch for epoch, _ in told] == [0, 1, 2]
    assert [value for _, value in told] == pytest.approx(values)


def test_what_is_raised_ends_the_training():
    class EnoughError(Exception):
        pass

    seen = []

    def tell(epoch, value):
        seen.append(epoch)
        if epoch == 1:
            raise EnoughError

    with pytest.raises(EnoughError):
        fitted(WatchEpochs(tell, "val_loss"), 9)
    assert seen == [0, 1]


def test_a_log_that_is_not_there_is_not_told():
    fitted(WatchEpochs(lambda *_: pytest.fail("told"), "val_accuracy"))
