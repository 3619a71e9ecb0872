"""The tables that ``lupustrial kits`` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from lupustrial.cli._console import stdout

if TYPE_CHECKING:
    from lupustrial.allocation.kits import Account, Difference, Expiring, Kit, Received, Resupply, StockLine

_NUMBERS = {"kits", "units", "dispensed", "used", "unused", "lost", "not back", "expected", "at most", "free"}


def count(number: int, noun: str) -> str:
    """Return e.g. ``1 kit``, ``2 kits``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def plain_kit(kit: Kit) -> dict[str, Any]:
    """Return a kit as JSON values."""
    return {
        "kit": kit.number,
        "slot": kit.slot,
        "type": kit.type,
        "state": kit.state,
        "site": kit.site,
        "batch": kit.batch,
        "expiry": kit.expiry.isoformat() if kit.expiry else None,
        "shipment": kit.shipment,
        "participant": kit.participant,
        "visit": kit.visit,
        "dispensed_on": kit.dispensed_on.isoformat() if kit.dispensed_on else None,
        "used": kit.used,
        "unused": kit.unused,
        "lost": kit.lost,
    }


def print_kits(kits: Sequence[Kit]) -> None:
    """Print kits, a line each."""
    table = _table(
        count(len(kits), "kit"),
        "kit",
        "slot",
        "type",
        "state",
        "at",
        "batch",
        "expiry",
        "participant",
        "visit",
    )
    for kit in kits:
        who = (kit.participant or "", kit.visit or "")
        table.add_row(str(kit.number), str(kit.slot), kit.type, kit.state, _at(kit.site), *_batch(kit), *who)
    stdout().print(table)


def print_received(done: Received) -> None:
    """Print what became of a shipment."""
    out = stdout()
    out.print(f"shipment {done.shipment}: {count(len(done.intact), 'kit')} in stock")
    for number, reason in done.quarantined:
        out.print(f"  quarantine  kit {number}: {reason}", markup=False)
    for number in done.missing:
        out.print(f"  missing     kit {number}")


def print_stock(lines: Sequence[StockLine], soon: Sequence[Expiring], within: int) -> None:
    """Print the stock, and the kits that cannot be handed out much longer."""
    table = _table("Stock", "at", "type", "state", "kits", "units")
    for one in lines:
        table.add_row(_at(one.site), one.type, one.state, str(one.kits), str(one.units))
    out = stdout()
    out.print(table)
    title = f"To be handed out within {count(within, 'day')} or never"
    groups = Counter(
        (_at(one.kit.site), one.kit.state, *_batch(one.kit), str(one.hand_out_by), one.late) for one in soon
    )
    table = _table(title, "at", "state", "batch", "expiry", "hand out by", "kits", "")
    for (*cells, late), number in groups.items():
        table.add_row(*map(str, cells), str(number), "too late" if late else "")
    out.print(table if soon else f"{title}: none")


def print_accounts(found: Sequence[Account], per: str) -> None:
    """Print accounts; their units add up line by line."""
    table = _table("Units", per, "kits", "dispensed", "used", "unused", "lost", "not back")
    for one in found:
        cells = (one.kits, one.dispensed, one.used, one.unused, one.lost, one.outstanding)
        table.add_row(one.of, *map(str, cells))
    sums = [
        str(sum(getattr(one, name) for one in found))
        for name in ("kits", "dispensed", "used", "unused", "lost", "outstanding")
    ]
    table.add_section()
    table.add_row("all", *sums)
    stdout().print(table)


def print_differences(found: Sequence[Difference], *, injections: bool) -> None:
    """Print what does not agree."""
    out = stdout()
    if not found:
        out.print(
            "no difference" if injections else "no difference; injections were not looked at (--source)"
        )
        return
    table = _table(count(len(found), "difference"), "participant", "kind", "what")
    for one in found:
        table.add_row(one.participant, one.kind, one.message)
    out.print(table)


def print_resupply(answer: Resupply, rates: Mapping[str, float]) -> None:
    """Print the prediction."""
    out = stdout()
    named = ", ".join(f"{site}: {rate:.2g} a month" for site, rate in sorted(rates.items()))
    out.print(f"until {answer.until}; new participants {named or 'none'}", markup=False)
    if answer.recruits:
        title = f"New participants (at most, with probability {answer.quantile:g} for a whole site)"
        table = _table(title, "site", "stratum", "expected", "at most", "free")
        for one in answer.recruits:
            table.add_row(one.site, one.stratum, f"{one.expected:.2f}", str(one.upper), str(one.free))
        out.print(table)
    table = _table("Kits needed", "site", "slot", "participant", "visit", "from", "kit", "step")
    for need in answer.needs:
        due = need.due
        kit = "" if need.kit is None else str(need.kit)
        table.add_row(
            need.site, str(due.slot), due.participant or "new", due.visit, str(due.day), kit, need.step
        )
    out.print(table if answer.needs else "no kit is needed")


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for heading in headings:
        table.add_column(heading, overflow="fold", justify="right" if heading in _NUMBERS else "left")
    return table


def _at(site: str | None) -> str:
    return "depot" if site is None else site


def _batch(kit: Kit) -> tuple[str, str]:
    return kit.batch or "", str(kit.expiry or "")
