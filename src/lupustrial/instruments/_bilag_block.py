"""BILAG-2004 in a block of visits: attribution, previous values, gaps, nine grades at both ends, history.

Each rule is asked twice: with every item that was not done at its best value (lower end) and at its worst
(upper end). All rules are monotone in each item, so the two ends bound the grade exactly. Where nothing is
missing the ends are one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._bilag_items import BY_DOMAIN, ITEMS
from lupustrial.instruments._bilag_renal import COMPARED, METHODS, QUANTITATIVE, grade_renal, renal_features
from lupustrial.instruments._bilag_rules import (
    ITEMISED,
    grade_constitutional,
    grade_haematological,
    grade_itemised,
    is_active,
    numeric_score,
    with_history,
    worst_grade,
)
from lupustrial.instruments._blocks import Block
from lupustrial.instruments._columns import Column, Columns, any_of
from lupustrial.instruments._narrow import Array, NarrowRule, Span, narrow_rule, replaced
from lupustrial.instruments._spec import DOMAINS

_BIOPSY = "REN_BIOPSY"
_ATTRIBUTED = tuple(item.code for item in ITEMS.values() if item.attribution)
_SPANS: Mapping[str, Span] = {
    item.code: (min(item.best, item.worst), max(item.best, item.worst)) for item in ITEMS.values()
}
_RANKS: Mapping[str, Span] = dict.fromkeys(DOMAINS, (0, 4))

Arrays = dict[str, Array]


@dataclass
class _Visit:
    """Items of a block: values (best where there is none), where not known, excused, and not done."""

    values: Arrays
    unknown: Arrays
    excused: Arrays
    missing: Arrays


@dataclass(frozen=True)
class _Earlier:
    """Values of the previous visit, and where they are known."""

    values: Arrays
    known: Arrays


def measured(block: Block, settings: Mapping[str, str], *, detail: bool) -> Arrays:
    """Return ranks of the nine domains and what follows from them at both ends of what is not done.

    Names are ``rank_<end>_<domain>``, ``numeric_<end>``, ``worst_<end>``, ``active_<end>`` with the ends
    ``lower`` and ``upper``. Detail adds what reasons show: ``value:``, ``known:`` and ``excused:`` of the
    items that ask for attribution, ``before:`` and ``had:`` of the compared ones, ``feature:``.
    """
    visit = _without_excused(block)
    _carry_biopsy(visit, block)
    earlier = _earlier(visit, block, int(settings["renal_prev_min_days"]))
    _tell_missing(visit, settings)
    rules = _rules(tuple(sorted(settings.items())))
    lower = _activity(visit, earlier, rules, None)
    upper = _activity(visit, earlier, rules, lower) if visit.missing else lower
    result: Arrays = {}
    for end, activity in (("lower", lower), ("upper", upper)):
        unknown = end == "upper" and settings["bilag_prior_missing"] == "unknown"
        ranks = _with_history(block, activity, rules, unknown=unknown)
        result |= {f"rank_{end}_{domain}": rank for domain, rank in ranks.items()}
        result |= {f"{name}_{end}": values for name, values in rules["totals"](ranks).items()}
    if detail:
        result |= _detail(visit, earlier, rules)
    return result


def _without_excused(block: Block) -> _Visit:
    """Take values that are not due to lupus as not there."""
    visit = _Visit(values=dict(block.values), unknown=dict(block.missing), excused={}, missing={})
    for code in _ATTRIBUTED:
        excused = block.values[f"not_due_to_lupus_{code}"].view(np.bool_)
        if excused.any():
            visit.excused[code] = excused
            visit.values[code] = replaced(visit.values[code], excused, ITEMS[code].best)
            visit.unknown[code] = visit.unknown[code] | excused if code in visit.unknown else excused
    return visit


def _carry_biopsy(visit: _Visit, block: Block) -> None:
    """Where all visits are dated, let a biopsy count for 3 months after the visit that reported it."""
    seen = visit.values[_BIOPSY] == 1
    if block.dates is None or not seen.any():
        return
    latest = block.latest(seen)
    since = pl.Series(block.dates).cast(pl.Date).dt.offset_by("-3mo").to_physical().to_numpy()
    recent = (latest >= 0) & (block.dates[latest] >= since)
    if _BIOPSY in visit.excused:
        recent &= ~visit.excused[_BIOPSY]
    visit.values[_BIOPSY] = visit.values[_BIOPSY] | recent
    if _BIOPSY in visit.unknown:
        visit.unknown[_BIOPSY] = visit.unknown[_BIOPSY] & ~recent


def _earlier(visit: _Visit, block: Block, days: int) -> _Earlier:
    """Return the compared items at the previous visit, or at the latest one `days` before."""
    before = _days_before(block, days) if days else block.previous
    known = before >= 0
    return _Earlier(
        values={code: visit.values[code][before] for code in COMPARED},
        known={
            code: known & ~visit.unknown[code][before] if code in visit.unknown else known
            for code in COMPARED
        },
    )


def _days_before(block: Block, days: int) -> Array:
    """Return the place of the participant's latest visit at least so many days before; -1 where none."""
    if block.dates is None:
        raise InstrumentError(
            Fault(
                id="INSTR-011",
                message="needs dated visits",
                place="setting renal_prev_min_days of bilag2004",
                hint="give ADT, or set it to 0",
            )
        )
    day = block.dates.astype(np.int64) - int(block.dates.min()) + days
    started = np.arange(block.rows) - block.position
    # Ascending through the block: by participant, then by date.
    moment = started * (int(day.max()) + 1) + day
    before = np.searchsorted(moment, moment - days, side="right") - 1
    return np.where(before >= started, before, -1)


def _tell_missing(visit: _Visit, settings: Mapping[str, str]) -> None:
    """Say what is not done: no value, not excused, no other method of proteinuria instead."""
    methods = METHODS[settings["bilag_renal_rules"]]
    unread = set(METHODS["2009"]).difference(methods)
    assessed = _assessed(visit, methods)
    for code in ITEMS:
        if code not in visit.unknown or code in unread or (code in methods and assessed is None):
            continue
        missing = visit.unknown[code]
        if code in visit.excused:
            missing = missing & ~visit.excused[code]
        if code in methods and assessed is not None:
            missing = missing & ~assessed
        if missing.any():
            visit.missing[code] = missing


def _assessed(visit: _Visit, methods: tuple[str, ...]) -> Array | None:
    """Return where a method was done or its value excused; None where one was done at every visit."""
    if any(code not in visit.unknown for code in methods):
        return None
    done = [~visit.unknown[code] for code in methods]
    assessed: Array = any_of(done + [visit.excused[code] for code in methods if code in visit.excused])
    return assessed


def _activity(
    visit: _Visit, earlier: _Earlier, rules: Mapping[str, NarrowRule], lower: Arrays | None
) -> Arrays:
    """Return the activity rank of each domain: at the lower end, or given that, at the upper end."""
    ranks = {}
    for domain in DOMAINS:
        codes = [item.code for item in BY_DOMAIN[domain]]
        if lower is not None and not any(code in visit.missing for code in codes):
            ranks[domain] = lower[domain]
            continue
        values = {code: visit.values[code] for code in codes}
        if lower is not None:
            values = {
                code: replaced(column, visit.missing[code], ITEMS[code].worst)
                if code in visit.missing
                else column
                for code, column in values.items()
            }
        if domain == "renal":
            known = _quantified(visit, upper=lower is not None)
            ranks[domain] = rules[domain](values, known, earlier.values, earlier.known)[""]
        else:
            ranks[domain] = rules[domain](values)[""]
    return ranks


def _quantified(visit: _Visit, *, upper: bool) -> Arrays:
    """Return per quantitative method where it was measured, at the upper end also where it may have been."""
    known = {}
    for code in QUANTITATIVE:
        unknown = visit.unknown.get(code)
        known[code] = np.ones(len(visit.values[code]), np.bool_) if unknown is None else ~unknown
        if upper and code in visit.missing:
            known[code] = known[code] | visit.missing[code]
    return known


def _with_history(
    block: Block, activity: Arrays, rules: Mapping[str, NarrowRule], *, unknown: bool
) -> Arrays:
    """Return the rank of each domain: activity at this visit, else D or E by history up to it."""
    ranks = {}
    for domain in DOMAINS:
        code = f"prior_involvement_{domain}"
        involved = block.ever((activity[domain] > 0) | block.values[code].view(np.bool_))
        if unknown and code in block.missing:
            involved |= ~block.ever(~block.missing[code])
        columns = {"activity": activity[domain], "involved": involved.view(np.int8)}
        ranks[domain] = rules["history"](columns)[""]
    return ranks


def _detail(visit: _Visit, earlier: _Earlier, rules: Mapping[str, NarrowRule]) -> Arrays:
    never = np.zeros(len(visit.values[_BIOPSY]), np.bool_)
    items = {item.code: visit.values[item.code] for item in BY_DOMAIN["renal"]}
    features = rules["features"](items, _quantified(visit, upper=False), earlier.values, earlier.known)
    return {
        **{f"value:{code}": visit.values[code] for code in _ATTRIBUTED},
        **{f"known:{code}": ~visit.unknown.get(code, never) for code in _ATTRIBUTED},
        **{f"excused:{code}": visit.excused.get(code, never) for code in _ATTRIBUTED},
        **{f"before:{code}": earlier.values[code] for code in COMPARED},
        **{f"had:{code}": earlier.known[code] for code in COMPARED},
        **{f"feature:{name}": flag for name, flag in features.items()},
    }


@lru_cache(maxsize=64)
def _rules(settings: tuple[tuple[str, str], ...]) -> dict[str, NarrowRule]:
    """Return the rules by domain, made ready for the ranges of the items."""
    chosen = dict(settings)
    spans = {domain: {item.code: _SPANS[item.code] for item in BY_DOMAIN[domain]} for domain in DOMAINS}
    bands = chosen["bilag_wbc_bands"]
    rules = {domain: narrow_rule(partial(grade_itemised, domain), spans[domain]) for domain in ITEMISED}
    rules["constitutional"] = narrow_rule(grade_constitutional, spans["constitutional"])
    rules["haematological"] = narrow_rule(partial(grade_haematological, bands=bands), spans["haematological"])
    renal = (
        spans["renal"],
        dict.fromkeys(QUANTITATIVE, None),
        {code: _SPANS[code] for code in COMPARED},
        dict.fromkeys(COMPARED, None),
    )
    features = partial(renal_features, settings=chosen)
    rules["features"] = narrow_rule(features, *renal)
    rules["renal"] = narrow_rule(lambda *columns: grade_renal(features(*columns)), *renal)
    rules["history"] = narrow_rule(_history, {"activity": (0, 4), "involved": (0, 1)})
    totals = partial(_totals, scheme=chosen["bilag_numeric_scheme"])
    rules["totals"] = narrow_rule(totals, _RANKS)
    return rules


def _history(columns: Columns) -> Column:
    return with_history(columns["activity"], columns["involved"])


def _totals(ranks: Columns, *, scheme: str) -> dict[str, Column]:
    return {"numeric": numeric_score(ranks, scheme), "worst": worst_grade(ranks), "active": is_active(ranks)}
