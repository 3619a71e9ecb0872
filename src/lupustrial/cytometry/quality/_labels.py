"""QC-LABELS: do the markers stand at the columns whose values they would give?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lupustrial.cytometry._finding import Finding, Verdict
from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.quality._exchange import Search, search
from lupustrial.cytometry.quality._expectation import expectations_of
from lupustrial.cytometry.quality._fit import Looked, misfit_of
from lupustrial.cytometry.quality._labelled import SIDE_SCATTER, SMOOTH, labelled_of
from lupustrial.cytometry.quality._reference import Reference, Shape

#: An exchange is probable when it lowers the misfit by so much, and leaves at most this share of it.
_GAIN, _LEFT = 1.2, 0.6
#: A misfit above it is not that of a good tube: stains or compensation may be wrong instead.
_MENDED = 2.0
#: An exchange is worth a look when it lowers the misfit by so much.
_GAIN_WARN = 0.6
#: The labels fit badly, whichever are exchanged.
_BADLY = 3.0
#: An exchange is probable when it lowers the distance from the reference by so much, and leaves at most so
#: much of it.
_NEARER, _LEFT_BESIDE = 0.7, 0.75


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What speaks for and against the labels of a tube.

    Attributes:
        looked: Every expectation that could be asked.
        agreed: Further looks, with other events and smoothing, in which the exchanges fit far better too.
        looks: Further looks.
        expected: Search among labels by the expectations.
        compared: The same by the reference; None without one.
    """

    looked: tuple[Looked, ...]
    agreed: int
    looks: int
    expected: Search
    compared: Search | None


def evidence_of(
    tube: Tube, specimen: str, declared: Sequence[str] = (), *,
    reference: Reference | None = None, shape: Shape | None = None,
) -> Evidence:  # fmt: skip
    """Return the evidence on the labels of a tube.

    Args:
        tube: Its columns bear the labels on trial.
        specimen: ``PBMC``, ``whole blood``, ``cord blood``, ``T cells``; empty where not told.
        declared: Expectations of the panel.
        reference: Good tubes of the same panel.
        shape: Of the tube, in the order of the reference's labels.
    """
    rules = expectations_of(specimen, declared)
    labelled = labelled_of(tube, rules)
    rules = labelled.asked(rules)
    stains = tuple(name for name in labelled.markers if name != SIDE_SCATTER)

    def misfit(labels: tuple[str, ...]) -> float:
        return misfit_of(labelled.labelled(dict(zip(stains, labels, strict=True))), rules)

    compared = None
    if reference is not None and shape is not None:
        trial = reference.on_trial(shape)
        number = {label: at for at, label in enumerate(reference.labels)}
        compared = search(
            reference.labels,
            lambda labels: trial.distance([number[label] for label in labels]),
            limit=_NEARER,
            draws=0,
        )
    expected = search(stains, misfit, limit=_GAIN)
    agreed, others = 0, range(1, len(SMOOTH)) if expected.exchanges else range(0)
    for at in others:
        again = labelled_of(tube, rules, at)
        stated, mended = (misfit_of(again.labelled(labels), rules) for labels in ({}, _mended(expected)))
        agreed += stated - mended >= _GAIN and mended <= _LEFT * stated
    return Evidence(
        looked=tuple(labelled.look(rule) for rule in rules), agreed=agreed, looks=len(others),
        expected=expected, compared=compared,
    )  # fmt: skip


def _mended(found: Search) -> dict[str, str]:
    """Return the labels by column after the exchanges, one after the other."""
    labels: dict[str, str] = {}
    for first, second in found.exchanges:
        at = {
            name: next((c for c, label in labels.items() if label == name), name) for name in (first, second)
        }
        labels[at[first]], labels[at[second]] = second, first
    return labels


def check_labels(evidence: Evidence) -> Finding:
    """QC-LABELS: fails where exchanging two labels fits far better, and names them."""
    found, other = evidence.expected, evidence.compared
    pairs: tuple[tuple[str, str], ...] = ()
    verdict: Verdict = "pass"
    by = ""
    if found.exchanges and found.best <= _LEFT * found.stated and evidence.agreed == evidence.looks:
        verdict, pairs, by = "fail", found.exchanges, "the expectations"
    if other is not None and other.exchanges and other.best <= _LEFT_BESIDE * other.stated:
        by = "the expectations and the reference" if pairs else "the reference"
        verdict, pairs = "fail", other.exchanges if not pairs or set(other.exchanges) != set(pairs) else pairs
    if verdict == "pass" and (found.gain >= _GAIN_WARN or found.stated >= _BADLY):
        verdict = "warn"
    numbers = {
        "misfit": round(found.stated, 3), "gain": round(found.gain, 3), "rules": len(evidence.looked),
        "noticed": len(found.noticed), "pairs": len(found.pairs), "chance": round(found.chance, 4),
    }  # fmt: skip
    if other is not None:
        numbers |= {
            "distance": round(other.stated, 3),
            "nearer": round(other.gain, 3),
            "noticed_beside": len(other.noticed),
        }
    return Finding(
        check="QC-LABELS", verdict=verdict, message=_message(evidence, verdict, pairs, by),
        columns=tuple(dict.fromkeys(name for pair in pairs for name in pair)), numbers=numbers,
    )  # fmt: skip


def _message(evidence: Evidence, verdict: Verdict, pairs: tuple[tuple[str, str], ...], by: str) -> str:
    found = evidence.expected
    if pairs:
        told = " and ".join(f"{first} and {second}" for first, second in pairs)
        worst = _worst(evidence.looked)
        if found.best > _MENDED and by == "the expectations":
            badly = f"The labels fit badly (misfit {found.stated:.1f})"
            return f"{badly}; exchanging {told} does not mend all{worst}."
        return f"The labels of {told} are probably exchanged, by {by}{worst}."
    if not evidence.looked and evidence.compared is None:
        return "Not looked at: nothing is known of these markers, and there is no reference."
    if verdict == "warn":
        mends = "no exchange of two mends it"
        if found.gain >= _GAIN_WARN:
            mends = f"exchanging {' and '.join(found.nearest)} would lower it by {found.gain:.1f} only"
        return f"The labels fit badly (misfit {found.stated:.1f}): {mends}{_worst(evidence.looked)}."
    compared = evidence.compared
    noticed = set(map(frozenset, found.noticed)) | (
        set() if compared is None else set(map(frozenset, compared.noticed))
    )
    return (
        f"The labels fit {len(evidence.looked)} expectations (misfit {found.stated:.1f}); "
        f"of {len(found.pairs)} possible exchanges of two, {len(noticed)} would be noticed."
    )


def _worst(looked: tuple[Looked, ...]) -> str:
    seen = [each for each in looked if each.share is not None and each.misfit > 0]
    if not seen:
        return ""
    worst = max(seen, key=lambda each: (each.misfit, str(each.expectation)))
    rule = replace(worst.expectation, low=0, high=1)
    share = 0.0 if worst.share is None else 100 * worst.share
    low, high = 100 * worst.expectation.low, 100 * worst.expectation.high
    told = str(rule).removesuffix(" ..")
    return f"; {share:.0f} % found where {low:.0f} to {high:.0f} % are expected ({told})"
