"""Optuna's own pictures of a search, embedded as the others are."""

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib import pyplot
from matplotlib.figure import Figure

from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas

if TYPE_CHECKING:
    import optuna

_FEWEST = 3


def draw(study: "optuna.Study", score: str) -> list[tuple[str, str, str]]:
    """Returns title, caption and `<svg>` of each picture that the trials are enough for.

    Args:
        study: The search.
        score: Name of what was optimised.
    """
    import optuna

    states = optuna.trial.TrialState
    complete = study.get_trials(deepcopy=False, states=(states.COMPLETE,))
    names = sorted({name for trial in complete for name in trial.params})
    plots = optuna.visualization.matplotlib
    if len(complete) < _FEWEST:
        return []
    found = [
        _picture(
            "history",
            _("History"),
            _("Validation score of each trial in order, and the best so far."),
            lambda: plots.plot_optimization_history(study, target_name=score),
            _(
                "{complete} complete trials; the best has {best:.4g}.",
                complete=len(complete),
                best=study.best_value,
            ),
        ),
        _picture(
            "each-setting-by-itself",
            _("Each setting by itself"),
            _("Validation score against each setting; darker is later."),
            lambda: plots.plot_slice(study, params=names, target_name=score),
            _("Settings: {names}.", names=_(", ").join(names)),
        ),
        _picture(
            "learning-curves-of-all-trials",
            _("Learning curves of all trials"),
            _("Validation score after each epoch; curves that end early were stopped."),
            lambda: plots.plot_intermediate_values(study),
            _("{trials} trials.", trials=len(study.trials)),
        ),
    ]
    varied = [name for name in names if len({str(t.params.get(name)) for t in complete}) > 1]
    if len(varied) > 1:
        found.append(
            _picture(
                "settings-together",
                _("Settings together"),
                _("One line a trial through its settings to its score."),
                lambda: plots.plot_parallel_coordinate(study, params=varied, target_name=score),
                _("Settings: {names}.", names=_(", ").join(varied)),
            )
        )
        found.append(
            _picture(
                "what-matters",
                _("What matters"),
                _(
                    "Share of each setting in telling the better trials from the others "
                    "(PED-ANOVA). With few trials this is a hint at best."
                ),
                lambda: plots.plot_param_importances(study, params=varied, target_name=score),
                _("Settings: {names}.", names=_(", ").join(varied)),
            )
        )
    return [picture for picture in found if picture[2]]


def _picture(
    name: str, title: str, caption: str, plot: Callable[[], Any], description: str
) -> tuple[str, str, str]:
    name = f"study-{name}"
    # Optuna sets a style for good and draws through pyplot's global state: both are undone.
    with (
        mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        before = set(pyplot.get_fignums())
        try:
            axes = plot()
        except (ValueError, RuntimeError, ZeroDivisionError):
            return title, caption, ""  # too few or too equal trials for this picture
        finally:
            opened = set(pyplot.get_fignums()) - before
        figure: Figure = getattr(axes, "flat", [axes])[0].figure
        svg = _canvas.adopted(name, title, description, figure)
        for number in opened:
            pyplot.close(number)
    return title, caption, svg
