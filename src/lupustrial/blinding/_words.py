"""What was found, in words: roles that see the same, verdicts, stamps."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.blinding._results import BlindingReport, Prediction, RolePrediction

#: Below it an area is called more than chance.
LEVEL = 0.05
DUMMY = "Dummy labels: arms were given by lot. These figures mean nothing; they show that the report works."
SYNTHETIC = "Synthetic records: no real participant."


@dataclass(frozen=True, kw_only=True)
class Group:
    """Roles that see the same, and what was found for them."""

    roles: tuple[str, ...]
    names: tuple[str, ...]
    found: RolePrediction

    @property
    def title(self) -> str:
        """Their names in one line."""
        return ", ".join(self.names)

    @property
    def verdict(self) -> str:
        """One sentence on what was found."""
        if self.found.seen is None:
            return "sees nothing that could tell the arm"
        return verdict_of(self.found.seen) if self.found.blinded else "is not blinded"


def groups_of(report: BlindingReport) -> tuple[Group, ...]:
    """Put roles together that see the same."""
    alike: dict[tuple[object, ...], list[RolePrediction]] = {}
    for role in report.roles:
        key = (role.blinded, role.shown, role.at_hand, role.hidden_items, role.seen)
        alike.setdefault(key, []).append(role)
    return tuple(
        Group(roles=tuple(one.role for one in own), names=tuple(one.name for one in own), found=own[0])
        for own in alike.values()
    )


def verdict_of(prediction: Prediction) -> str:
    """Say in one sentence whether the arm can be told."""
    if prediction.p_value < LEVEL:
        return "can tell the arm better than by chance"
    single = prediction.singles[0] if prediction.singles else None
    if single is not None and single.p_value < LEVEL:
        return f"sees one item that tells more than chance ({single.item})"
    return "was not shown to tell the arm better than by chance"


def p_text(value: float) -> str:
    """Return e.g. ``0.012``, or ``<0.001``."""
    return f"{value:.3f}" if value >= 0.001 else "<0.001"  # noqa: PLR2004 - three digits


def stamps_of(report: BlindingReport) -> tuple[str, ...]:
    """Return what every page made of this report must say."""
    dummy = (DUMMY,) if report.labels == "dummy" else ()
    return (*dummy, *((SYNTHETIC,) if report.stamp.synthetic else ()))
