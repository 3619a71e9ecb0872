"""What is to be exported: the format, and of which sites, visits and forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from lupustrial.capture.access import Acting
from lupustrial.errors import CaptureError, Fault, closest
from lupustrial.study import Form, Item, Study, sight_of

Format = Literal["source", "csv", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What is to be exported, already cut to what the role may have.

    Attributes:
        format: ``"source"``: source records for ``lupustrial run``; ``"csv"``, ``"xlsx"``: a table a form.
        sites: Ids of the sites; all that the role has, unless fewer were chosen.
        visits: Ids of the visits; None for all, unscheduled ones among them.
        forms: The forms, each with the items that the role sees in an export.
        chosen: What was asked for, as the ledger keeps it: empty lists stand for all.
    """

    format: Format
    sites: frozenset[str]
    visits: frozenset[str] | None
    forms: tuple[tuple[Form, tuple[Item, ...]], ...]
    chosen: dict[str, Any]

    def has_visit(self, visit: str) -> bool:
        """Whether the pages of a visit are exported."""
        return self.visits is None or visit in self.visits


def select(
    study: Study,
    acting: Acting,
    *,
    format: str,  # noqa: A002 - the word of the page
    sites: Sequence[str] = (),
    visits: Sequence[str] = (),
    forms: Sequence[str] = (),
) -> Selection:
    """Return the selection that somebody asked for.

    A form of which the role sees nothing in an export is unknown to it: sight with no visit at hand decides
    (``lupustrial.study.sight_of``).

    Raises:
        CaptureError: CAPT-065, for every name that is unknown to the role.
    """
    seen = tuple((form, exported_items(study, acting, form)) for form in exportable(study, acting))
    own = [site.id for site in study.sites if acting.at_site(site.id)]
    faults = [
        *_unknown("format", [format], FORMATS),
        *_unknown("site", sites, own),
        *_unknown(
            "visit",
            [visit for visit in visits if not study.is_unscheduled(visit)],
            [visit.id for visit in study.visits],
        ),
        *_unknown("form", forms, [form.id for form, _ in seen]),
    ]
    if faults:
        raise CaptureError(faults)
    return Selection(
        format=next(one for one in FORMATS if one == format),
        sites=frozenset(sites or own),
        visits=frozenset(visits) or None,
        forms=tuple((form, items) for form, items in seen if not forms or form.id in forms),
        chosen={"sites": sorted(sites), "visits": sorted(visits), "forms": sorted(forms)},
    )


def exportable(study: Study, acting: Acting) -> list[Form]:
    """Return the forms of which a role sees something in an export."""
    return [form for form in study.forms if exported_items(study, acting, form)]


def exported_items(study: Study, acting: Acting, form: Form) -> tuple[Item, ...]:
    """Return the items of a form that a role sees where no visit is at hand."""
    return tuple(item for item in form.items if sight_of(study, acting.role.id, form.id, item.id) == "all")


def _unknown(what: str, given: Sequence[str], known: Sequence[str]) -> list[Fault]:
    return [
        Fault(
            id="CAPT-065",
            message=f"there is no {what} `{name}` that this role can export",
            place="export",
            hint=closest(name, list(known)) or f"known: {', '.join(known)}",
        )
        for name in given
        if name not in known
    ]
