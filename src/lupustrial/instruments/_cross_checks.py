"""Instruments against each other: what one says and another excludes. Queries only; nothing is scored.

Which BILAG-2004 domain and items a SLEDAI descriptor answers to stands in ``tables/cross_items.csv``. The
windows differ (SLEDAI 10 days, BILAG 4 weeks), so that only what cannot be true in both is queried: a finding
of the last 10 days is a finding of the last 4 weeks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from lupustrial.instruments._bilag_rules import ACTIVE
from lupustrial.instruments._check_limits import check_limit
from lupustrial.instruments._sledai import CODES, SEROLOGY
from lupustrial.instruments._sledai_labs_checks import lab_checks
from lupustrial.instruments._spec import DOMAINS, Check
from lupustrial.instruments._tables import read_table

_ROWS = read_table("cross_items")

#: Results that stand in BILAG items too, by the column of laboratory results.
ALSO: Mapping[str, str] = {
    "platelets": "HAE_PLT",
    "leukocytes": "HAE_WBC",
    "protein24": "REN_P24",
    "upcr_mgmmol": "REN_PCR",
}
_PGA_DECIMALS = 2

#: Damage items that are compared.
DAMAGE: tuple[str, ...] = tuple(sorted({row["damage"] for row in _ROWS if row["damage"]}))


def _listed(row: Mapping[str, str], column: str) -> list[str]:
    return [code for code in row[column].split(";") if code]


def _present(code: str) -> pl.Expr:
    return pl.col(code) == 1


def _none_of(codes: list[str]) -> pl.Expr:
    return pl.all_horizontal(pl.col(code) == 0 for code in codes)


def _descriptor_checks(row: Mapping[str, str]) -> Iterator[Check]:
    code, domain, items = row["descriptor"], row["domain"], _listed(row, "items")
    quiet = pl.lit(value=False)
    if domain:
        quiet = pl.col(f"bilag_{domain}").is_in(["D", "E"]).fill_null(value=False)
        yield Check(
            id="CROSS-Q01",
            item=code,
            when=_present(code) & quiet,
            message=f"{code} is present, and BILAG {domain} is D or E, not active: verify both",
            shows=(code, f"bilag_{domain}"),
        )
    if items:
        yield Check(
            id="CROSS-Q02",
            item=code,
            when=_present(code) & _none_of(items) & ~quiet,
            message=f"{code} is present, and no BILAG item that answers to it is: verify both",
            shows=(code, *items),
        )
    active = _listed(row, "active_items")
    if active:
        yield Check(
            id="CROSS-Q03",
            item=code,
            when=(pl.col(code) == 0)
            & pl.any_horizontal((pl.col(one) >= ACTIVE).fill_null(value=False) for one in active),
            message=f"{code} is absent, and its BILAG item is active and not improving: verify both",
            shows=(code, *active),
        )
    if row["damage"]:
        yield Check(
            id="CROSS-Q04",
            item=code,
            when=_present(code) & (pl.col(row["damage"]) >= 1),
            message=f"{code} is present, and damage of the same kind is recorded: verify that it is activity "
            "and can be reversed",
            shows=(code, row["damage"]),
        )


def _grade_checks() -> Iterator[Check]:
    for domain in DOMAINS:
        grade = pl.col(f"bilag_{domain}")
        involved = grade.is_in(["A", "B", "C", "D"]).cast(pl.Int32)
        yield Check(
            id="CROSS-Q05",
            item=f"grade_{domain}",
            when=(grade == "E") & (involved.cum_max().forward_fill().shift(1).over("USUBJID") == 1),
            message=f"BILAG {domain} is E, never involved, and it was A to D before: D is meant, or an error",
            shows=(f"bilag_{domain}",),
        )


def _urine_checks() -> Iterator[Check]:
    sediment = ["HAEM", "PYUR", "CAST"]
    yield Check(
        id="CROSS-Q03",
        item="HAEM",
        when=_present("REN_SEDIMENT") & _none_of(sediment),
        message="haematuria, pyuria and casts are absent, and the sediment is active in BILAG: verify both",
        shows=(*sediment, "REN_SEDIMENT"),
    )
    yield Check(
        id="CROSS-Q06",
        item="REN_SEDIMENT",
        when=_present("REN_SEDIMENT")
        & (pl.col("HAEM_proposed") == "N")
        & (pl.col("PYUR_proposed") == "N")
        & (pl.col("CAST_proposed") == "N"),
        message="the urinary sediment is active in BILAG, and by the results it is not: verify",
        shows=("REN_SEDIMENT", "urine_rbc", "urine_wbc", "casts"),
    )


def _skin_and_joint_checks() -> Iterator[Check]:
    skin = ["RASH", "ALOP", "MUCO"]
    yield Check(
        id="CROSS-Q07",
        item="RASH",
        when=_present("RASH") & (pl.col("clasi_activity") == 0),
        message="a rash is present, and CLASI activity is 0: verify both",
        shows=("RASH", "clasi_activity"),
    )
    yield Check(
        id="CROSS-Q08",
        item="clasi_activity",
        when=(pl.col("clasi_activity") > 0) & _none_of(skin),
        message="CLASI finds activity, and rash, alopecia and ulcers are absent: verify both",
        shows=(*skin, "clasi_activity"),
    )
    yield Check(
        id="CROSS-Q09",
        item="ARTH",
        when=_present("ARTH") & _none_of(["tender_joints", "swollen_joints"]),
        message="arthritis is present, and no joint is tender or swollen: verify both",
        shows=("ARTH", "tender_joints", "swollen_joints"),
    )


def _total_checks() -> Iterator[Check]:
    clinical = [code for code in CODES if code not in SEROLOGY]
    yield Check(
        id="CROSS-Q10",
        item="PGA",
        when=(pl.col("PGA") == 0)
        & pl.any_horizontal(_present(code).fill_null(value=False) for code in clinical),
        message="the global assessment is 0, and SLEDAI has a clinical descriptor: verify both",
        shows=("PGA", "descriptors"),
    )
    yield Check(
        id="CROSS-Q11",
        item="PGA",
        when=(pl.col("PGA") >= check_limit("pga_moderate", _PGA_DECIMALS)) & _none_of(list(CODES)),
        message="the global assessment is moderate or more, and SLEDAI has no descriptor: verify both",
        shows=("PGA",),
    )
    yield Check(
        id="CROSS-Q12",
        item="sledai_total",
        when=pl.col("sledai_total") != pl.col("sledai_sum"),
        message="the SLEDAI total that was written is not the sum of its descriptors: verify both",
        shows=("sledai_total", "sledai_sum"),
    )


#: The checks across instruments, then those of answers against results.
CROSS_CHECKS: tuple[Check, ...] = (
    *(check for row in _ROWS for check in _descriptor_checks(row)),
    *_grade_checks(),
    *_urine_checks(),
    *_skin_and_joint_checks(),
    *_total_checks(),
    *lab_checks(ALSO),
)
