"""How well the arm can be predicted from what each role can see."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from lupustrial.blinding._evaluate import Evaluation, evaluate, sum_up
from lupustrial.blinding._features import features_of
from lupustrial.blinding._labels import Labels, dummy_allocation, labels_of
from lupustrial.blinding._results import BlindingReport, LabelKind, Prediction, RolePrediction
from lupustrial.errors import BlindingError, Fault, closest
from lupustrial.study import Sight, Source, Study, sight_of, visible_records

#: Key of permutations and folds, where none is given.
SEED = 20250705
_FEWEST = {"permutations": 19, "folds": 2, "repeats": 1}
_MOST_FOLDS = 8  # each arm has at least so many participants, so that each fold has one of each

#: Called with how many views are done, how many there are, and what is looked at next.
Tell = Callable[[int, int, str], None]


def predictability(
    study: Study,
    source: Source,
    *,
    roles: Sequence[str] = (),
    labels: LabelKind = "allocation",
    permutations: int = 500,
    folds: int = 5,
    repeats: int = 10,
    seed: int = SEED,
    progress: Tell | None = None,
) -> BlindingReport:
    """Say for each role how well the arm can be predicted from what it can see.

    To be run by the unblinded statistician: the report shows which items differ between the arms. Methods and
    equations: ``docs/allocation/blinding.md``.

    Args:
        study: The study.
        source: Its source records, and the allocation unless ``labels`` is ``"dummy"``.
        roles: Ids of the roles; none: all roles of the study.
        labels: ``"dummy"`` gives arms by lot and leaves the allocation alone: a trial run while blinded.
        permutations: Labellings drawn for p values, 19 or more.
        folds: Folds of the cross-validation, 2 to 8.
        repeats: How often folds are drawn.
        seed: Key of all that is drawn; the same key gives the same report.
        progress: Called with how many sets of records are done, how many there are, and which is next.

    Returns:
        One entry a role, in order of the study. Participants are those with an arm and a record.

    Raises:
        BlindingError: BLIND-001 no allocation, BLIND-002 one arm, BLIND-003 an arm is too small, BLIND-004
            unknown role, BLIND-005 a number that cannot be meant.
    """
    _check_numbers(permutations=permutations, folds=folds, repeats=repeats)
    chosen = _chosen(study, roles)
    records = source.records
    dummy = labels == "dummy"
    allocation = dummy_allocation(study, records, seed) if dummy else source.allocation
    drawn = labels_of(records, allocation, permutations=permutations, folds=folds, repeats=repeats, seed=seed)
    judge = _Judge(study, records, drawn)
    judge.look(chosen, progress or (lambda _done, _total, _text: None))
    return BlindingReport(
        study=study.id,
        title=study.short_title,
        digest=study.digest,
        stamp=source.stamp,
        labels=labels,
        participants=tuple(sorted(drawn.sizes)) if drawn.targets == 1 else drawn.sizes,
        permutations=permutations,
        folds=folds,
        repeats=repeats,
        seed=seed,
        roles=tuple(judge.role(role) for role in chosen),
    )


class _Judge:
    """Judges what roles see; what several roles see is judged once."""

    def __init__(self, study: Study, records: pl.DataFrame, labels: Labels) -> None:
        self._study, self._records, self._labels = study, records, labels
        self._names = [(form.id, item.id) for form in study.forms for item in form.items]
        shown: Sight = "all"
        self._everything = (shown,) * len(self._names)
        self._found: dict[tuple[Sight, ...], Prediction | None] = {}

    def look(self, roles: Sequence[str], tell: Tell) -> None:
        """Judge what each of the roles sees, and all records together."""
        seen: dict[tuple[Sight, ...], str | None] = {self._everything: None}
        for role_id in roles:
            seen.setdefault(self._sights(role_id), role_id)
        plan = {sights: self._moments(sights) for sights in seen}
        done, total = 0, sum(map(len, plan.values()))
        questions = {f"{form.id}.{item.id}": item.label for form in self._study.forms for item in form.items}
        for sights, role in seen.items():
            views: list[Evaluation] = []
            for at in plan[sights]:
                name = "all records" if role is None else f"what is seen by: {self._study.role(role).name}"
                tell(done, total, name if at is None else f"{name}, at {at}")
                view = self._view(role, at)
                views += [view] if view is not None else []
                done += 1
            self._found[sights] = sum_up(views, self._labels, questions)
        tell(done, total, "done")

    def role(self, role_id: str) -> RolePrediction:
        """Return what was found for a role."""
        sights = self._sights(role_id)
        hidden = [name for name, sight in zip(self._names, sights, strict=True) if sight == "none"]
        return RolePrediction(
            role=role_id,
            name=self._study.role(role_id).name,
            blinded=self._study.role(role_id).blinded,
            shown=sights.count("all"),
            at_hand=sights.count("visit at hand"),
            hidden=len(hidden),
            hidden_items=tuple(f"{form}.{item}" for form, item in hidden),
            seen=self._found[sights],
            unhidden=self._found[self._everything],
        )

    def _sights(self, role: str) -> tuple[Sight, ...]:
        return tuple(sight_of(self._study, role, form, item) for form, item in self._names)

    def _moments(self, sights: tuple[Sight, ...]) -> Sequence[str | None]:
        """All visits together; or each from baseline on, where some forms are seen at theirs only."""
        if "visit at hand" not in sights:
            return (None,)
        first = self._study.visits.index(self._study.baseline_visit)
        return [visit.id for visit in self._study.visits[first:]]

    def _view(self, role: str | None, at: str | None) -> Evaluation | None:
        records = self._records
        if role is not None:
            records = visible_records(self._study, role, records, at=at)
        features = features_of(self._study, records, self._labels.participants)
        return evaluate(features, self._labels, at=at)


def _chosen(study: Study, roles: Sequence[str]) -> tuple[str, ...]:
    known = [role.id for role in study.roles]
    faults = [
        Fault(
            id="BLIND-004",
            message=f"`{name}` is no role of {study.id}",
            place="roles",
            hint=closest(name, known) or f"roles: {', '.join(known) or 'none; list them in study.yaml'}",
        )
        for name in roles
        if name not in known
    ]
    if not known and not roles:
        hint = "list them in study.yaml"
        faults = [Fault(id="BLIND-004", message=f"{study.id} has no roles", place="roles", hint=hint)]
    if faults:
        raise BlindingError(faults)
    return tuple(name for name in known if not roles or name in roles)


def _check_numbers(**numbers: int) -> None:
    faults = [
        Fault(
            id="BLIND-005",
            message=f"{name} is {value}",
            place=name,
            hint=f"write a whole number from {_FEWEST[name]}",
        )
        for name, value in numbers.items()
        if value < _FEWEST[name]
    ]
    if numbers["folds"] > _MOST_FOLDS:
        hint = f"write a whole number to {_MOST_FOLDS}"
        faults.append(Fault(id="BLIND-005", message=f"folds is {numbers['folds']}", place="folds", hint=hint))
    if faults:
        raise BlindingError(faults)
