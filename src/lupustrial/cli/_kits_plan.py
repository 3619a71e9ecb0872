"""``lupustrial kits resupply``: which kits have to be at which site soon."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lupustrial.cli._console import stderr, stdout
from lupustrial.cli._kits_options import On, day, warn, working
from lupustrial.cli._kits_print import print_resupply
from lupustrial.cli._randomise_options import AsJson, Store, StudyName, write_new
from lupustrial.errors import Fault, UsageError

if TYPE_CHECKING:
    from lupustrial.allocation.kits import Resupply

_MONTH = 365.25 / 12  # days


def resupply(
    study: StudyName,
    store: Store,
    days: Annotated[
        int, typer.Option(min=0, help="Lead time of a shipment, with the time between looks.")
    ] = 21,
    rate: Annotated[
        list[str] | None,
        typer.Option(
            help="SITE=NEW participants a month; else what the site recruited since its first kits."
        ),
    ] = None,
    quantile: Annotated[float, typer.Option(help="Probability with which the kits shall suffice.")] = 0.95,
    out: Annotated[Path | None, typer.Option(help="CSV of the kits to ship: kit,site.")] = None,
    on: On = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Predict the kits that each site needs: new participants by Poisson, others by their next visits."""
    from lupustrial.allocation import kits as room

    today = day(on)
    given = _rates(rate or [])
    with working(study, store, writing=False) as (loaded, tx):
        kits = list(room.read_kits(tx, loaded.id).values())
        places = room.read_places(tx, loaded.id)
        seen = room.observed_rates(loaded, places, list(room.read_shipments(tx, loaded.id).values()), today)
    rates = {**seen, **given}
    answer = room.predict(loaded, kits, places, on=today, days=days, rates=rates, quantile=quantile)
    if out is not None:
        rows = [f"{kit},{site.id}\n" for site in loaded.sites for kit in answer.to_ship(site.id)]
        write_new(out, ("kit,site\n" + "".join(rows)).encode())
        stderr().print(f"wrote {out}", markup=False)
    if as_json:
        stdout().print_json(json.dumps(_plain(answer, rates)))
        return
    print_resupply(answer, {site: value * _MONTH for site, value in rates.items()})
    warn(answer.warnings)


def _rates(texts: list[str]) -> dict[str, float]:
    found = {}
    for text in texts:
        site, sign, value = text.partition("=")
        try:
            found[site] = float(value) / _MONTH
        except ValueError:
            sign = ""
        if not sign or not site:
            fault = Fault(
                id="USAGE-010",
                message=f"`{text}` is no rate",
                place="command line, --rate",
                hint="write SITE=PARTICIPANTS a month, e.g. 01=2.5",
            )
            raise UsageError(fault)
    return found


def _plain(answer: Resupply, rates: dict[str, float]) -> dict[str, object]:
    return {
        "until": answer.until.isoformat(),
        "quantile": answer.quantile,
        "participants_a_month": {site: value * _MONTH for site, value in sorted(rates.items())},
        "recruits": [
            {
                "site": one.site,
                "stratum": one.stratum,
                "expected": one.expected,
                "upper": one.upper,
                "free": one.free,
            }
            for one in answer.recruits
        ],
        "needs": [
            {
                "site": need.site,
                "slot": need.due.slot,
                "participant": need.due.participant,
                "type": need.due.type,
                "visit": need.due.visit,
                "from": need.due.day.isoformat(),
                "kit": need.kit,
                "step": need.step,
            }
            for need in answer.needs
        ],
        "warnings": [fault.message for fault in answer.warnings],
    }
