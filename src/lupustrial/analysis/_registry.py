"""The methods that an analysis plan may name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lupustrial.analysis._between import BETWEEN
from lupustrial.analysis._descriptive import COUNT, SUMMARY
from lupustrial.analysis._event_counts import EVENTS
from lupustrial.analysis._individuals import INDIVIDUALS
from lupustrial.analysis._method import Method
from lupustrial.analysis._model_binary import BINARY
from lupustrial.analysis._model_imputed import IMPUTED
from lupustrial.analysis._model_number import NUMBER
from lupustrial.analysis._within import WITHIN

DISPOSITION = Method(
    id="disposition",
    label="Disposition of participants",
    level="trial",
    suits="any",
    stats=("n",),
    definition=(
        "Counts of ADSL: screened, excluded with reasons, randomised; in each arm allocated, treated, "
        "completed, discontinued with reasons, and analysed in each population."
    ),
    source="CONSORT 2010, item 13",
)

#: Every method by the name that ``analysis.yaml`` uses (``docs/analysis-plan.md`` lists them).
METHODS: Mapping[str, Method] = MappingProxyType(
    {
        method.id: method
        for method in (
            *(SUMMARY, COUNT, INDIVIDUALS, DISPOSITION, EVENTS),
            *(*BETWEEN, *WITHIN, *BINARY, *NUMBER, *IMPUTED),
        )
    }
)
