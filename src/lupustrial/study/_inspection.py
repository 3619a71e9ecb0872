"""What every cross-check works with: the study, where its parts stand, and the list of faults."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lupustrial.errors import Fault, closest
from lupustrial.study._model import Study
from lupustrial.study._yaml import Branch

Path = tuple[str | int, ...]


@dataclass(kw_only=True)
class Inspection:
    """One run of the cross-checks.

    `doubts` names the sections and ids that were left out because they are at fault themselves: what refers
    to them is not reported a second time.
    """

    study: Study
    tree: Branch
    doubts: frozenset[str]
    faults: list[Fault] = field(default_factory=list)

    def error(self, fault_id: str, path: Path, message: str, hint: str) -> None:
        """Add a fault that refuses the study."""
        self.faults.append(Fault(id=fault_id, message=message, place=self.tree.at(*path), hint=hint))

    def warning(self, fault_id: str, path: Path, message: str, hint: str) -> None:
        """Add a fault that does not refuse the study."""
        place = self.tree.at(*path)
        self.faults.append(Fault(id=fault_id, message=message, place=place, hint=hint, severity="warning"))

    def doubtful(self, *names: str) -> bool:
        """Whether one of these sections or ids was left out, so that a check of it would mislead."""
        return any(name in self.doubts or f"unread {name}" in self.doubts for name in names)

    def refer(self, fault_id: str, path: Path, name: str, known: Iterable[str], section: str) -> bool:
        """Check that a name exists.

        Args:
            fault_id: The fault where it does not.
            path: Where the name stands.
            name: The name.
            known: The names that exist.
            section: What they are, in the plural and as the study calls them, e.g. ``visits``.

        Returns:
            Whether the name exists.
        """
        names = list(known)
        if name in names:
            return True
        if name not in self.doubts and f"unread {section}" not in self.doubts:
            listed = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")  # noqa: PLR2004 - one line
            hint = closest(name, names) or (f"known: {listed}" if names else f"the study has no {section}")
            self.error(fault_id, path, f"`{name}` is none of the {section}", hint)
        return False

    def unique(self, path: Path, ids: Iterable[str], kind: str) -> None:
        """Check that the ids of a list differ (STUDY-010)."""
        first: dict[str, int] = {}
        for place, name in enumerate(ids):
            if name in first:
                hint = f"the first stands at {self.tree.at(*path, first[name])}: rename or remove one"
                self.error("STUDY-010", (*path, place, "id"), f"{kind} `{name}` stands twice", hint)
            first.setdefault(name, place)
