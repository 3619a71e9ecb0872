"""Exposure: what was collected (EC) and what was given (EX)."""

from __future__ import annotations

import polars as pl

from lupustrial.study import Arm, Product, Study

#: Stands for the product in EC, and in EX until the allocation is opened.
MASKED = "MASKED"


def collected_doses(study: Study, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of EC: every dose that was planned and asked about, given or not.

    Args:
        study: The study.
        rows: Rows collected for EX (`collect_rows`), which may have ``EXOCCUR``.
    """
    masked = study.design.blinding != "OPEN LABEL"
    renamed = rows.rename({name: f"EC{name[2:]}" for name in rows.columns if name.startswith("EX")})
    product = pl.lit(MASKED if masked else "STUDY TREATMENT").alias("ECTRT")
    return _with_end(renamed.with_columns(product, ECPRESP=pl.lit("Y")), "EC")


def given_doses(study: Study, rows: pl.DataFrame, arms: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of EX: the doses that were given, with the product and dose that the arm means.

    A record with EXOCCUR ``N`` or without a date is no exposure. While the allocation is sealed EXTRT is
    `MASKED` and the dose is that on the label. Of a product that only looks like another one
    (`Product.matches`), the dose is 0 (SDTMIG 3.4, 6.1.3.1).

    Args:
        study: The study.
        rows: Rows collected for EX.
        arms: ``p`` and ``arm`` (id or null).
    """
    if "EXOCCUR" in rows.columns:
        rows = rows.filter(pl.col("EXOCCUR").is_null() | (pl.col("EXOCCUR") == "Y"))
    if "EXSTDTC" not in rows.columns:
        rows = rows.with_columns(EXSTDTC=pl.lit(None, dtype=pl.String))
    planned = pl.DataFrame([_planned(study, arm) for arm in study.arms], schema=_PLANNED)
    doses = (
        rows.filter(pl.col("EXSTDTC").is_not_null())
        .join(arms, on="p", how="left", maintain_order="left")
        .join(planned, on="arm", how="left", maintain_order="left")
    )
    recorded = pl.col("EXDOSE").cast(pl.Float64, strict=False) if "EXDOSE" in rows.columns else pl.lit(None)
    dose = pl.when(pl.col("empty")).then(0.0).otherwise(pl.coalesce(recorded, "dose"))
    completed = doses.with_columns(
        EXDOSE=dose,
        **{
            name: pl.coalesce(*([name] if name in rows.columns else []), f"plan_{name}")
            for name in ("EXTRT", "EXDOSU", "EXDOSFRM", "EXROUTE")
        },
    ).with_columns(EXTRT=pl.col("EXTRT").fill_null(MASKED))
    return _with_end(completed, "EX")


_PLANNED = {
    "arm": pl.String(),
    "empty": pl.Boolean(),
    "dose": pl.Float64(),
    "plan_EXTRT": pl.String(),
    "plan_EXDOSU": pl.String(),
    "plan_EXDOSFRM": pl.String(),
    "plan_EXROUTE": pl.String(),
}


def _planned(study: Study, arm: Arm) -> dict[str, object]:
    dosing = arm.dosing
    if dosing is None:
        return {"arm": arm.id, "empty": False, "dose": None}
    product = next((one for one in study.products if one.id == dosing.product), None)
    return {
        "arm": arm.id,
        "empty": _is_empty(product),
        "dose": float(dosing.dose),
        "plan_EXTRT": (product.name if product else dosing.product).upper(),
        "plan_EXDOSU": dosing.unit,
        "plan_EXDOSFRM": product.form.upper() if product else None,
        "plan_EXROUTE": dosing.route.upper(),
    }


def _is_empty(product: Product | None) -> bool:
    return product is not None and product.matches is not None


def _with_end(rows: pl.DataFrame, domain: str) -> pl.DataFrame:
    """Let a dose without an end date end on the day on which it began."""
    start, end = f"{domain}STDTC", f"{domain}ENDTC"
    if start not in rows.columns:
        return rows
    return rows.with_columns(pl.coalesce(*([end] if end in rows.columns else []), start).alias(end))


def dose_dates(doses: pl.DataFrame) -> pl.DataFrame:
    """Return ``p``, ``RFXSTDTC`` and ``RFXENDTC`` (text) of every participant who had a dose."""
    return (
        doses.group_by("p").agg(RFXSTDTC=pl.col("EXSTDTC").min(), RFXENDTC=pl.col("EXENDTC").max()).sort("p")
    )
