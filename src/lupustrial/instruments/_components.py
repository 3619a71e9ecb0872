"""The components that several composites share: SLEDAI and BILAG-2004, given as scores or as items."""

from __future__ import annotations

from lupustrial.instruments._spec import DOMAINS, Part

#: SLEDAI total with its bounds; which version the items are of is the setting ``sledai_version``.
SLEDAI_PART = Part(
    instrument={"selena": "selena_sledai", "sledai2k": "sledai_2k", "1992": "sledai_1992"},
    setting="sledai_version",
    columns={"score": "sledai", "lower": "sledai_lower", "upper": "sledai_upper"},
)

#: S2K RI-50 at the visit and SLEDAI-2K at baseline, from the descriptors and their 50 % answers.
RI50_PART = Part(
    instrument="s2k_ri50",
    columns={
        "score": "s2k_ri50",
        "lower": "s2k_ri50_lower",
        "upper": "s2k_ri50_upper",
        "sledai": "sledai",
        "sledai_lower": "sledai_lower",
        "sledai_upper": "sledai_upper",
    },
)

#: The nine BILAG-2004 grades with their bounds; a grade that items not done could change is left open.
BILAG_PART = Part(
    instrument="bilag2004",
    columns={
        f"{prefix}_{domain}": f"{prefix}_{domain}"
        for prefix in ("grade", "lower", "upper")
        for domain in DOMAINS
    },
    defaults={"bilag_missing": "strict"},
)
