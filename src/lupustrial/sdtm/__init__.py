"""Source records as SDTM tables, by the annotations of the forms.

`tabulate` makes every table; `judge_eligibility` judges the criteria by `screening_facts`; `origins` leads
from a row back to the records, `submitted` drops what is not part of a submission; `variables`, `keys` and
`domains` are the declared schemas (SDTMIG 3.4); `judge` evaluates a CEL condition on a table of facts.
"""

from lupustrial.sdtm._annotation import Annotation, annotate
from lupustrial.sdtm._eligibility import judge_eligibility, screening_facts
from lupustrial.sdtm._judge import judge, seen_facts
from lupustrial.sdtm._origins import origins, submitted
from lupustrial.sdtm._schema import SRCPOS, Variable, class_of, domains, keys, variables
from lupustrial.sdtm._tabulate import tabulate

__all__ = [
    "SRCPOS",
    "Annotation",
    "Variable",
    "annotate",
    "class_of",
    "domains",
    "judge",
    "judge_eligibility",
    "keys",
    "origins",
    "screening_facts",
    "seen_facts",
    "submitted",
    "tabulate",
    "variables",
]
