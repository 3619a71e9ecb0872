"""Files scored from the command line against results derived by hand from the rules.

SLEDAI: the weights of the index are summed by hand. SRI-4: fall of 4 points, no new A and at most one new B,
PGA not up by 0.3. Creatinine: 1 mg/dL is 88.4 umol/L (molar mass 113.12 g/mol).
"""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
from command import Command

SLEDAI = (
    "SEIZ,PSYC,OBS,VIS,CRAN,HEAD,CVA,VASC,ARTH,MYOS,CAST,HAEM,PROT,PYUR,RASH,ALOP,MUCO,PLEU,PERI,COMP,DNA,"
    "FEVR,PLT,WBC"
)


def scored(command: Command, instrument: str, text: str, *more: str) -> list[dict[str, object]]:
    Path("items.csv").write_text(text, encoding="utf-8")
    told = command("score", instrument, "items.csv", *more)
    assert told.code == 0, told.err
    return pl.read_csv(io.StringIO(told.out)).to_dicts()


def test_sledai_sums_and_bounds(command: Command) -> None:
    rows = scored(
        command,
        "selena-sledai",
        f"USUBJID,VISITNUM,{SLEDAI}\n"
        # arthritis 4, proteinuria 4, rash 2, complement 2, DNA 2, leukopenia 1
        "P,1,N,N,N,N,N,N,N,N,Y,N,N,N,Y,N,Y,N,N,N,N,Y,Y,N,N,Y\n"
        # the same with seizure (8), pyuria (4) and fever (1) not done
        "P,2,,N,N,N,N,N,N,N,Y,N,N,N,Y,ND,Y,N,N,N,N,Y,Y,na,N,Y\n"
        # everything: eight of weight 8, six of 4, seven of 2, three of 1
        "P,3," + ",".join(["yes"] * 24) + "\n",
    )
    assert [row["score"] for row in rows] == [15, None, 105]
    assert [(row["lower"], row["upper"]) for row in rows] == [(15, 15), (15, 28), (105, 105)]
    assert [row["completeness"] for row in rows] == ["complete", "incomplete", "complete"]


def test_sri4_from_letters(command: Command) -> None:
    rows = scored(
        command,
        "sri4",
        "USUBJID,ADT,ABLFL,bilag,sledai,pga\n"
        "P,2024-04-01,,EBEBEEEDC,8,2.29\n"  # fell by 4, nothing new, PGA up by 0.29: yes
        "P,2024-01-01,Y,EBEBEEEDC,12,2.0\n"  # baseline, though not the first row
        "P,2024-04-08,,EBEBEEEDC,9,2.0\n"  # fell by 3: no
        "P,2024-04-15,,EBEBEEEDC,8,2.3\n"  # PGA up by exactly 0.3: no
        "P,2024-04-22,,EBEBEEEBC,8,2.0\n"  # one new B (D to B): yes
        "P,2024-04-29,,EBEBEEEBB,8,2.0\n"  # two new B: no
        "P,2024-05-06,,EAEBEEEDC,8,2.0\n"  # new A (B to A): no
        "P,2024-05-13,,EBEBEEE-C,8,2.0\n"  # renal not known, an A would be new: open
        "P,2024-05-20,,EBEBEEE-C,9,2.0\n",  # the same, and 3 points: no, whatever it is
    )
    assert [row["responder"] for row in rows] == ["Y", None, "N", "N", "Y", "N", "N", None, "N"]


def test_creatinine_in_mg_per_dl_through_a_mapping(command: Command) -> None:
    """Upper limit 104 umol/L: 1.17 mg/dL are 103.428 (inside), 1.18 are 104.312 (above).

    115 % of 1.02 mg/dL (90.168) is 103.6932: 1.17 is stable, too. Of 1.01 (89.284) it is 102.6766: it is not.
    """
    Path("map.yaml").write_text(
        "format: 1\nparticipant: id\nvisit: {column: week}\n"
        "items:\n  creatinine: {column: crea, unit: mg/dL}\n"
        "  creatinine_uln: {value: 104}\n  protein24: {value: 0.2}\n  urine_rbc: {value: 1}\n"
        "  urine_wbc: {value: 1}\n  casts: {value: N}\n",
        encoding="utf-8",
    )
    rows = scored(
        command,
        "he2020-renal",
        "id,week,crea\nP,0,1.02\nP,1,1.17\nP,2,1.18\nQ,0,1.01\nQ,1,1.17\n",
        "--mapping",
        "map.yaml",
    )
    assert [row["complete"] for row in rows] == [None, "Y", "N", None, "N"]
