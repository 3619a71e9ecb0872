"""Which results answer a published claim: the ``claims`` of the plan as a table."""

from __future__ import annotations

import polars as pl

from lupustrial.study import Study


def claimed_results(study: Study) -> pl.DataFrame:
    """Return for each claim that the plan answers the result that answers it.

    Returns:
        One row a claim, by claim id: ``CLAIM`` and the ARD columns ``ANALYSIS``, ``PARAMCD``, ``AVISITN``,
        ``GROUP`` and ``METHOD`` (the planned test; null where the analysis names none).
    """
    labels = {arm.id: arm.label for arm in study.arms}
    reference = next((arm.label for arm in study.arms if arm.reference), "")
    others = [arm.label for arm in study.arms if not arm.reference]
    rows = []
    for analysis in study.plan.analyses:
        for key, claim in analysis.claims.items():
            parameter, week, arm = (*key.split("@"), "", "")[:3]
            rows.append(
                {
                    "CLAIM": claim,
                    "ANALYSIS": analysis.id,
                    "PARAMCD": parameter,
                    "AVISITN": None if week == "overall" else int(week),
                    "GROUP": labels[arm] if arm else f"{others[0]} - {reference}",
                    "METHOD": analysis.plan,
                }
            )
    schema = {"CLAIM": pl.String, "ANALYSIS": pl.String, "PARAMCD": pl.String, "AVISITN": pl.Int32}
    return pl.DataFrame(rows, schema={**schema, "GROUP": pl.String, "METHOD": pl.String}).sort("CLAIM")
