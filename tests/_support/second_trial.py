"""A second trial whose published figures are reconstructed: the template of `new_study`, with its own tables.

It has no graded index, no nephritis, no responder index and other visits, arms and sizes than the founding
trial, so that nothing of that trial can be built into the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lupustrial.study import Study, load_study, new_study

SIZES = {"ACT": 9, "PBO": 8}

_PARAMETERS = """parameters:
  - {id: RASH, label: Rash, dataset: ADQS, derive: {kind: item, form: sledai, item: RASH}, type: binary,
     missing: locf}
  - {id: ARTH, label: Arthritis, dataset: ADQS, derive: {kind: item, form: sledai, item: ARTH}, type: binary,
     missing: locf}
"""

_SETS = """format: 1
source: Nobody N. A trial that never was. J Inv 2026;1:1
short: Nobody 2026
contacted: 18
sets:
  everyone: {label: everyone, size: {ACT: 9, PBO: 8}}
figures:
"""

_MODEL = """format: 1
activity: SLEDAI
global_assessment: PGA
effort: 0.5
items: {VASC: {}, ARTH: {}, RASH: {}, ALOP: {}, COMP: {}, DNA: {}, FEVR: {}, PLT: {cost: 1}, WBC: {cost: 1}}
activity_shape: [{points: {0: 0, 1: 20}}]
numbers:
  PGA: {grid: {low: 0, high: 3, step: 0.1}, follows: 1, ends: [{points: {0: 0.2, 1: 2.8}}]}
  C3: {grid: {low: 0.3, high: 1.4, step: 0.001}, ends: [{points: {0: 0.4, 1: 1.2}}]}
"""

_DRAWING = """format: 1
seed: 7
recorded: "2026-06-01"
recruitment: {first: "2025-01-10", last: "2025-06-30", days_before: [5, 9]}
withdrawals: [{arm: PBO, last: W8, decod: LACK OF EFFICACY, term: No effect}]
screen_failures: [{values: {sledai.SEIZ: "Y"}, term: Seizure}]
events:
  - {id: BAD, days: [3, 5], onset: [2, 20], values: {AETERM: PNEUMONIA, AESEV: SEVERE, AESER: "Y"}}
logs:
  injections: {form: injections, date: EXDAT, performed: EXPERF}
  events: {form: ae, start: AESTDAT, end: AEENDAT, outcome: AESEV, ongoing: SEVERE}
  disposition: {form: disposition, decod: DSDECOD, date: DSDAT, term: DSTERM, completed: COMPLETED,
    completed_term: Completed, failed: SCREEN FAILURE}
fill:
  visit: {VISDAT: {fact: visit date}}
  consent: {ICDAT: {fact: consent date}}
  demography: {BRTHDAT: {value: "1985-03-01"}, SEX: {fact: sex}}
  randomisation: {RANDDAT: {fact: randomisation date}, RANDNO: {fact: slot}}
  vitals: {HEIGHT: {cases: [{between: [150, 180]}]}, WEIGHT: {cases: [{between: [45, 80]}]}}
  pga: {PGA: {number: PGA}}
  complement: {C3: {number: C3}}
  sledai:
    VASC: {sign: [VASC]}
    ARTH: {sign: [ARTH]}
    RASH: {sign: [RASH]}
    ALOP: {sign: [ALOP]}
    COMP: {sign: [COMP]}
    DNA: {sign: [DNA]}
    FEVR: {sign: [FEVR]}
    PLT: {sign: [PLT]}
    WBC: {sign: [WBC]}
    "*": {value: "N"}
"""


def figure(
    parameter: str, week: int | None, printed: Mapping[str, Mapping[str, object]], where: str = "Table 1"
) -> str:
    """One line of ``targets.yaml``."""
    cells = ", ".join(
        f"{arm}: {{{', '.join(f'{name}: {value}' for name, value in values.items())}}}"
        for arm, values in printed.items()
    )
    at = "" if week is None else f"week: {week}, "
    return f"  - {{where: {where}, parameter: {parameter}, {at}set: everyone, print: {{{cells}}}}}\n"


def second_study(folder: Path, figures: Sequence[str], replace: Mapping[str, str] | None = None) -> Study:
    """Write the trial with these figures and load it; `replace` changes texts in ``published/``."""
    new_study(folder, "SECOND")
    plan = folder / "analysis.yaml"
    plan.write_text(
        plan.read_text(encoding="utf-8").replace("parameters:\n", _PARAMETERS, 1), encoding="utf-8"
    )
    published = folder / "published"
    published.mkdir()
    texts = {"targets": _SETS + "".join(figures), "model": _MODEL, "drawing": _DRAWING}
    for name, text in texts.items():
        changed = text
        for old, new in (replace or {}).items():
            changed = changed.replace(old, new)
        (published / f"{name}.yaml").write_text(changed, encoding="utf-8")
    return load_study(folder)
