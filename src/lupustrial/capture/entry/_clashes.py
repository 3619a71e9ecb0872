"""Two people in one page: what each of them changed, side by side; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lupustrial.capture.entry._given import Given
from lupustrial.capture.entry._post import Posted, base_of, typed_base, typed_of
from lupustrial.capture.entry._slots import text_of
from lupustrial.capture.store import Held, Page
from lupustrial.study import Item, Study


@dataclass(frozen=True, kw_only=True)
class Clash:
    """An item that somebody else changed since the page was opened.

    Attributes:
        item: The item.
        theirs: What is saved now, in words; empty where it was cleared.
        by: Who saved it; empty where it was cleared.
        at: When.
        mine: What was typed, in words.
        both: Whether it was changed by both, so that one has to choose.
        chosen: ``"mine"``, ``"theirs"``, or empty while nothing was chosen.
    """

    item: Item
    theirs: str
    by: str
    at: str
    mine: str
    both: bool
    chosen: str


@dataclass(frozen=True, kw_only=True)
class Merged:
    """What was typed, brought together with what somebody else saved meanwhile.

    Attributes:
        given: What to show (and to save) for each item.
        clashes: What the other changed; empty where nobody did.
        late: Whether the page was saved since it was opened, so that it is shown again before it is saved.
    """

    given: Mapping[str, Given]
    clashes: tuple[Clash, ...]
    late: bool

    @property
    def unsettled(self) -> bool:
        """Whether a choice is lacking."""
        return any(clash.both and not clash.chosen for clash in self.clashes)


def merge(
    study: Study, items: Sequence[Item], page: Page | None, held: Mapping[str, Held], posted: Posted
) -> Merged:
    """Bring what was typed together with what is saved now.

    Args:
        study: The study.
        items: The items that were typed.
        page: The page as it is held now.
        held: What of it the role sees.
        posted: What was sent.
    """
    late = (0 if page is None else page.revision) != posted.revision
    given: dict[str, Given] = {}
    clashes: list[Clash] = []
    for item in items:
        typed = posted.given.get(item.id)
        if typed is None:
            continue
        now, base, mine = base_of(held.get(item.id)), posted.base.get(item.id, ""), typed_base(typed)
        theirs_moved, mine_moved = now != base, mine != base
        asked = item.id in posted.clashing
        chose = asked and not late and posted.chosen.get(item.id) == "theirs"
        theirs_stand = chose or (late and theirs_moved and not mine_moved)
        given[item.id] = typed_of(held.get(item.id)) if theirs_stand else typed
        if (late and theirs_moved and now != mine) or (asked and not late):
            both = asked or mine_moved
            chosen = posted.chosen.get(item.id, "") if not late else ""
            clashes.append(_clash(study, item, held.get(item.id), typed, both=both, chosen=chosen))
    return Merged(given=given, clashes=tuple(clashes), late=late)


def _clash(study: Study, item: Item, held: Held | None, typed: Given, *, both: bool, chosen: str) -> Clash:
    decodes = {entry.value: entry.decode for entry in study.codelists.get(item.codelist or "", ())}
    value = typed.value.strip()
    mine = " ".join(filter(None, (decodes.get(value, value), typed.unit if value else "")))
    return Clash(
        item=item,
        theirs=text_of(study, item, held),
        by="" if held is None else held.by,
        at="" if held is None else held.at,
        mine=mine if typed.status == "entered" else typed.status,
        both=both,
        chosen=chosen if chosen in ("mine", "theirs") else "",
    )
