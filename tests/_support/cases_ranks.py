"""How the reference cases of stratified ranks are put to the package."""

from __future__ import annotations

from reference_cases import Adapter, Answer, Case

from lupustrial import stats


def _blocks(case: Case) -> Answer:
    spec = case.spec
    # coin's z has the sign of its first level; the file holds its size
    first = [arm == spec["arm"][0] for arm in spec["arm"]]
    result = stats.blocked_wilcoxon(spec["y"], first, spec["stratum"])
    return {"z_abs": abs(result.statistic or 0.0), "p_value": result.p_value}


METHODS: dict[str, Adapter] = {"stratified_wilcoxon_coin_blocks": _blocks}
