"""What is worth doing after a run, by its verdict."""

from ftkeras.records.run_record import RunRecord
from ftkeras.report.language import N_
from ftkeras.report.language import gettext as _

_BY_VERDICT = {
    "works": N_("Read the worst errors in the report before anyone relies on it."),
    "no_better": N_(
        "Use the baseline, or change what the model sees: another backbone, more data."
    ),
    "cannot_tell": N_("Label more test examples; until then the difference cannot be seen."),
    "probe_is_enough": N_("Keep the linear probe: it costs no training of the backbone."),
    "overfits": N_(
        "Train less: fewer thawed blocks or epochs, a smaller learning rate; or more data."
    ),
    "harmful": N_("Keep the backbone frozen, or thaw fewer blocks at a smaller learning rate."),
    "worse": N_("Use the baseline, and look at the learning curves: the recipe may be at fault."),
    "not_judged": N_("Run with a baseline: without one, no number says whether this is any good."),
}


def suggest(record: RunRecord, kind: str) -> list[str]:
    """Returns one to three short suggestions, the most useful first.

    Args:
        record: The run's record.
        kind: The kind of its verdict, one of `ftkeras.report.verdict.KINDS`.
    """
    found = [_(_BY_VERDICT[kind])]
    phases = [str(phase["phase"]) for phase in record.phases]
    has_layers = record.data.get("modality") != "tabular"  # of a table nothing is pretrained
    if has_layers and phases and all(phase.startswith("linear_probe") for phase in phases):
        found.append(
            _(
                "The backbone stayed frozen. To train its top as well, add: {flag}",
                flag='--phase="top_blocks(count=2, epochs=3, learning_rate=2e-5)"',
            )
        )
    if "cross_validation" in record.analyses:
        found.append(_train_one(record))
    last = record.phases[-1] if record.phases else {}
    length = len(last.get("history", {}).get("val_loss", []))
    if length > 1 and last.get("best_epoch") == length and not last.get("averaged_epochs"):
        found.append(_("The best epoch was the last one: more epochs may still help."))
    return found


def _train_one(record: RunRecord) -> str:
    """Names the learning rate that most folds chose, where they had a choice."""
    if len(record.config.get("learning_rates", [])) < 2:
        return _(
            "Cross-validation keeps no model. To train one, run the same flags with {flag}.",
            flag="--mode=finetune",
        )
    chosen = record.analyses["cross_validation"]["learning_rates"]
    rates = [rate for repeat in chosen for rate in repeat]
    return _(
        "Cross-validation keeps no model. To train one, run the same flags with {flag} and "
        "{setting} in its --phase.",
        flag="--mode=finetune",
        setting=f"learning_rate={max(sorted(set(rates)), key=rates.count):g}",
    )
