"""A trial of four participants, small enough to derive every table by hand.

001 completes; 002 leaves after week 2; 003 fails screening; 004 is randomised and never treated. The records
stand below as a table: participant, visit, form.ITEM (``#2``: second repeat), value; a value in brackets is a
status (``[not done]``, with the reason after a colon), a unit other than the standard one follows in quotes.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import polars as pl

from lupustrial.study import (
    ALLOCATION_SCHEMA,
    RECORD_SCHEMA,
    AnalysisPlan,
    Arm,
    CodelistEntry,
    Criterion,
    Derivation,
    Design,
    Dosing,
    Eligibility,
    Epoch,
    Form,
    InstrumentUse,
    Item,
    Limits,
    Parameter,
    Population,
    Product,
    Randomisation,
    SdtmTarget,
    Site,
    Source,
    Stamp,
    Study,
    Unit,
    Visit,
)

GRADES = ("CON", "MUC", "NPS", "MSK", "CRS", "GIT", "OPH", "REN", "HAE")
DOMAINS = (
    *("constitutional", "mucocutaneous", "neuropsychiatric", "musculoskeletal", "cardiorespiratory"),
    *("gastrointestinal", "ophthalmic", "renal", "haematological"),
)
ALL = ("SCR", "V0", "V2", "V4", "F8")
FROM_BASELINE = ALL[1:]

RECORDS = """
001 SCR visit.VISDAT      2020-01-01
001 SCR consent.ICDAT     2020-01-01
001 SCR demography.BRTHDAT 1980-06-15
001 SCR demography.SEX    F
001 SCR demography.RACE   ASIAN
001 SCR history.DXDAT     2015-01-08
001 SCR history.LN        Y
001 SCR history.GCMAX     0.4
001 SCR lab.CREAT         0.9 "mg/dL"
001 SCR lab.C3            0.80
001 SCR vitals.WEIGHT     60.0
001 SCR vitals.HEIGHT     160
001 SCR drugs.CMTRT#1     PREDNISONE
001 SCR drugs.CMDOSE#1    20
001 SCR drugs.CMFREQ#1    QD
001 SCR drugs.CMROUTE#1   ORAL
001 SCR drugs.CMSTDAT#1   2019-12-01
001 SCR drugs.CMENDAT#1   2020-01-18
001 SCR ae.AETERM#1       HEADACHE
001 SCR ae.AESER#1        N
001 SCR ae.AESTDAT#1      2020-01-05
001 V0  visit.VISDAT      2020-01-08
001 V0  randomisation.RANDDAT 2020-01-08
001 V0  randomisation.RANDNO  1
001 V0  lab.CREAT         80
001 V0  lab.C3            [not done: tube broken]
001 V0  vitals.WEIGHT     61.0
001 V0  sledai.SEIZ       N
001 V0  sledai.ARTH       Y
001 V0  sledai.HAEM       Y
001 V0  sledai.RASH       Y
001 V0  pga.PGA           1.50
001 V0  grades.*          E
001 V0  doses.EXDAT#1     2020-01-08
001 V0  doses.EXPERF#1    Y
001 V0  doses.EXDOSE#1    1
001 V0  doses.KIT#1       K7
001 V0  doses.EXDAT#2     2020-01-10
001 V0  doses.EXPERF#2    N
001 V0  doses.EXDAT#3     2020-01-12
001 V0  doses.EXPERF#3    Y
001 V0  doses.EXDOSE#3    1
001 V0  doses.KIT#3       K9
001 UNS visit.VISDAT      2020-01-15
001 UNS lab.CREAT         88
001 V2  visit.VISDAT      2020-01-22
001 V2  lab.CREAT         92
001 V2  lab.C3            1.00
001 V2  vitals.WEIGHT     62.0
001 V2  sledai.SEIZ       N
001 V2  sledai.ARTH       Y
001 V2  sledai.HAEM       N
001 V2  sledai.RASH       Y
001 V2  pga.PGA           1.79
001 V2  grades.*          E
001 V2  drugs.CMTRT#1     PREDNISONE
001 V2  drugs.CMDOSE#1    10
001 V2  drugs.CMFREQ#1    QD
001 V2  drugs.CMSTDAT#1   2020-01-19
001 V2  ae.AETERM#1       RASH
001 V2  ae.AESER#1        N
001 V2  ae.AESTDAT#1      2020-01
001 V4  visit.VISDAT      2020-02-05
001 V4  lab.CREAT         [not done]
001 V4  lab.C3            0.70
001 V4  sledai.SEIZ       N
001 V4  sledai.ARTH       N
001 V4  sledai.HAEM       N
001 V4  sledai.RASH       N
001 V4  pga.PGA           1.80
001 V4  grades.*          E
001 F8  visit.VISDAT      2020-03-04
001 F8  lab.CREAT         72
001 F8  lab.C3            1.60
001 F8  sledai.SEIZ       N
001 F8  sledai.ARTH       N
001 F8  sledai.HAEM       N
001 F8  sledai.RASH       N
001 F8  pga.PGA           [not done]
001 F8  grades.*          E
001 F8  end.DSDECOD       COMPLETED
001 F8  end.DSDAT         2020-03-04
001 F8  end.DSTERM        as planned
002 SCR visit.VISDAT      2020-01-02
002 SCR consent.ICDAT     2020-01-02
002 SCR demography.BRTHDAT 1990-01-02
002 SCR demography.SEX    M
002 SCR demography.RACE   ASIAN
002 SCR history.DXDAT     2019
002 SCR history.LN        N
002 SCR history.GCMAX     0.99
002 SCR lab.CREAT         60
002 SCR lab.C3            0.50
002 SCR vitals.WEIGHT     176.370 "LB"
002 SCR vitals.HEIGHT     180
002 SCR drugs.CMTRT#1     METHYLPREDNISOLONE
002 SCR drugs.CMDOSE#1    8
002 SCR drugs.CMFREQ#1    BID
002 SCR drugs.CMROUTE#1   ORAL
002 SCR drugs.CMSTDAT#1   2019
002 V0  visit.VISDAT      2020-01-09
002 V0  randomisation.RANDDAT 2020-01-08
002 V0  randomisation.RANDNO  2
002 V0  lab.CREAT         57
002 V0  lab.C3            0.60
002 V0  vitals.WEIGHT     80.0
002 V0  sledai.SEIZ       N
002 V0  sledai.ARTH       Y
002 V0  sledai.HAEM       Y
002 V0  sledai.RASH       N
002 V0  pga.PGA           2.00
002 V0  grades.*          E
002 V0  doses.EXDAT#1     2020-01-09
002 V0  doses.EXPERF#1    Y
002 V0  doses.EXDOSE#1    1
002 V2  visit.VISDAT      2020-01-23
002 V2  lab.CREAT         98
002 V2  lab.C3            0.90
002 V2  sledai.SEIZ       N
002 V2  sledai.ARTH       Y
002 V2  sledai.HAEM       N
002 V2  sledai.RASH       N
002 V2  pga.PGA           2.00
002 V2  grades.*          E
002 V2  grades.REN        A
002 V2  drugs.CMTRT#1     METHYLPREDNISOLONE
002 V2  drugs.CMDOSE#1    500
002 V2  drugs.CMFREQ#1    QD
002 V2  drugs.CMROUTE#1   INTRAVENOUS
002 V2  drugs.CMSTDAT#1   2020-01-20
002 V2  drugs.CMENDAT#1   2020-01-22
002 V2  ae.AETERM#1       PNEUMONIA
002 V2  ae.AESER#1        Y
002 V2  ae.AESTDAT#1      2020-01-09
002 V2  ae.AEENDAT#1      2020-01-20
002 V2  end.DSDECOD       LACK OF EFFICACY
002 V2  end.DSDAT         2020-02-01
002 V2  end.DSTERM        no better
003 SCR visit.VISDAT      2020-01-03
003 SCR consent.ICDAT     2020-01-03
003 SCR demography.BRTHDAT 2002-01-04
003 SCR demography.SEX    F
003 SCR demography.RACE   ASIAN
003 SCR history.GCMAX     1.0
003 SCR end.DSDECOD       SCREEN FAILURE
003 SCR end.DSDAT         2020-01-04
003 SCR end.DSTERM        too much steroid
004 SCR visit.VISDAT      2020-01-06
004 SCR consent.ICDAT     2020-01-06
004 SCR demography.BRTHDAT 1985-03-01
004 SCR demography.SEX    F
004 SCR demography.RACE   ASIAN
004 SCR history.LN        N
004 SCR history.GCMAX     0.2
004 V0  visit.VISDAT      2020-01-13
004 V0  randomisation.RANDDAT 2020-01-13
004 V0  randomisation.RANDNO  3
004 V0  lab.CREAT         50
004 V0  drugs.CMTRT#1     [not applicable]
004 V2  visit.VISDAT      [not done: withdrew]
004 V0  end.DSDECOD       WITHDRAWAL BY SUBJECT
004 V0  end.DSDAT         2020-01-14
004 V0  end.DSTERM        moved away
"""


def records(text: str = RECORDS, study: str = "TINY") -> pl.DataFrame:
    """Return the source records of a table like `RECORDS`; the position of a record is its line number."""
    rows: dict[tuple[str, str, str, int], dict[str, object]] = {}
    for number, line in enumerate(text.splitlines()):
        match = re.fullmatch(
            r'(\S+)\s+(\S+)\s+(\w+)\.(\w+|\*)(?:#(\d+))?\s+(.+?)(?:\s+"(.+)")?', line.strip()
        )
        if match is None:
            continue
        participant, visit, form, item, repeat, value, unit = match.groups()
        status, reason = "entered", None
        if value.startswith("["):
            status, _, told = value.strip("[]").partition(": ")
            value, reason = None, told or None
        for place, name in enumerate(GRADES if item == "*" else (item,)):
            rows[participant, visit, f"{form}.{name}", int(repeat or 1)] = {
                "study": study,
                "site": "01",
                "participant": participant,
                "visit": visit,
                "form": form,
                "repeat": int(repeat or 1),
                "item": name,
                "value": value,
                "unit": unit,
                "status": status,
                "at": "2020-06-01T00:00:00Z",
                "by": "tester",
                "reason": reason,
                "position": number * 10 + place,
            }
    return pl.DataFrame(list(rows.values()), schema=RECORD_SCHEMA)


def source(text: str = RECORDS, *, blinded: bool = False) -> Source:
    """Return the records with the allocation: 001 and 004 active, 002 control; without arms when blinded."""
    arms = [None, None, None] if blinded else ["ACT", "CTL", "ACT"]
    allocation = pl.DataFrame(
        {"participant": ["001", "002", "004"], "slot": [1, 2, 3], "arm": arms}, schema=ALLOCATION_SCHEMA
    )
    return Source(
        records=records(text),
        allocation=allocation,
        stamp=Stamp(synthetic=True, origin="made up for tests"),
    )


def _item(code: str, kind: str, target: SdtmTarget | None = None, **more: object) -> Item:
    return Item(id=code, label=code.title(), type=kind, sdtm=target, **more)  # type: ignore[arg-type]


def _yes(code: str, **target: str) -> Item:
    return _item(code, "code", SdtmTarget(**target), codelist="NY")


def _date(code: str, variable: str, **target: str) -> Item:
    return _item(code, "date", SdtmTarget(variable=variable, **target), required=False)


def forms() -> tuple[Form, ...]:
    """Return the forms, with every kind of annotation."""
    creatinine = _item(
        "CREAT",
        "decimal",
        SdtmTarget(testcd="CREAT", test="Creatinine"),
        unit="umol/L",
        units=(Unit(unit="mg/dL", factor=Decimal("88.4")),),
        normal=(
            Limits(low=Decimal(41), high=Decimal(73), sex="F"),
            Limits(low=Decimal(57), high=Decimal(97), sex="M"),
        ),
    )
    complement = _item(
        "C3",
        "decimal",
        SdtmTarget(testcd="C3", test="Complement C3"),
        unit="g/L",
        normal=(Limits(low=Decimal("0.7"), high=Decimal("1.4")),),
    )
    weight = _item(
        "WEIGHT",
        "decimal",
        SdtmTarget(testcd="WEIGHT", test="Weight"),
        unit="kg",
        units=(Unit(unit="LB", factor=Decimal("0.45359237")),),
    )
    height = _item("HEIGHT", "integer", SdtmTarget(testcd="HEIGHT", test="Height"), unit="cm")
    rs = SdtmTarget(domain="RS", cat="SLEDAI")
    return (
        Form(
            id="visit",
            title="Visit",
            visits=ALL,
            sdtm=SdtmTarget(domain="SV"),
            items=(_date("VISDAT", "SVSTDTC"),),
        ),
        Form(
            id="consent",
            title="Consent",
            visits=("SCR",),
            sdtm=SdtmTarget(domain="DM"),
            items=(_date("ICDAT", "RFICDTC"),),
        ),
        Form(
            id="demography",
            title="Demography",
            visits=("SCR",),
            sdtm=SdtmTarget(domain="DM"),
            items=(
                _date("BRTHDAT", "BRTHDTC"),
                _item("SEX", "code", SdtmTarget(variable="SEX"), codelist="SEX"),
                _item("RACE", "text", SdtmTarget(variable="RACE")),
            ),
        ),
        Form(
            id="history",
            title="History",
            visits=("SCR",),
            sdtm=SdtmTarget(domain="MH", cat="GENERAL"),
            items=(
                _date("DXDAT", "MHSTDTC", test="Lupus", cat="DIAGNOSIS"),
                _yes("LN", variable="MHOCCUR", test="Lupus nephritis"),
                _item(
                    "GCMAX",
                    "decimal",
                    SdtmTarget(domain="DM", supp="GCMAX", label="Highest Dose"),
                    unit="mg/kg/day",
                ),
            ),
        ),
        Form(
            id="randomisation",
            title="Randomisation",
            visits=("V0",),
            sdtm=SdtmTarget(domain="DS", cat="PROTOCOL MILESTONE"),
            items=(
                _date("RANDDAT", "DSSTDTC", test="RANDOMIZED", testcd="RANDOMIZED"),
                _item(
                    "RANDNO", "integer", SdtmTarget(domain="DM", supp="RANDNO", label="Randomization Number")
                ),
            ),
        ),
        Form(
            id="lab",
            title="Laboratory",
            visits=ALL,
            sdtm=SdtmTarget(domain="LB", cat="CHEMISTRY", spec="SERUM"),
            items=(creatinine, complement),
        ),
        Form(id="vitals", title="Vitals", visits=ALL, sdtm=SdtmTarget(domain="VS"), items=(weight, height)),
        Form(
            id="sledai",
            title="SLEDAI",
            visits=FROM_BASELINE,
            sdtm=rs,
            items=tuple(
                _yes(code, testcd=code, test=code.title()) for code in ("SEIZ", "ARTH", "HAEM", "RASH")
            ),
        ),
        Form(
            id="pga",
            title="PGA",
            visits=FROM_BASELINE,
            sdtm=SdtmTarget(domain="RS", cat="PGA"),
            items=(_item("PGA", "decimal", SdtmTarget(testcd="PGA", test="Global assessment")),),
        ),
        Form(
            id="grades",
            title="Grades",
            visits=FROM_BASELINE,
            sdtm=SdtmTarget(domain="RS", cat="BILAG"),
            items=tuple(
                _item(code, "code", SdtmTarget(testcd=f"BG{code}", test=code.title()), codelist="GRADE")
                for code in GRADES
            ),
        ),
        Form(
            id="doses",
            title="Doses",
            visits=("V0",),
            log=True,
            repeating=True,
            date="EXDAT",
            sdtm=SdtmTarget(domain="EX"),
            items=(
                _date("EXDAT", "EXSTDTC"),
                _yes("EXPERF", variable="EXOCCUR"),
                _item("EXDOSE", "decimal", SdtmTarget(variable="EXDOSE"), unit="10^6 IU"),
                _item("KIT", "text", SdtmTarget(supp="KITNO", label="Kit Number")),
            ),
        ),
        Form(
            id="drugs",
            title="Glucocorticoids",
            visits=ALL,
            log=True,
            repeating=True,
            sdtm=SdtmTarget(domain="CM", cat="GLUCOCORTICOID"),
            items=(
                _item("CMTRT", "code", SdtmTarget(variable="CMTRT"), codelist="DRUG"),
                _item("CMDOSE", "decimal", SdtmTarget(variable="CMDOSE"), unit="mg"),
                _item("CMFREQ", "text", SdtmTarget(variable="CMDOSFRQ")),
                _item("CMROUTE", "text", SdtmTarget(variable="CMROUTE")),
                _date("CMSTDAT", "CMSTDTC"),
                _date("CMENDAT", "CMENDTC"),
            ),
        ),
        Form(
            id="ae",
            title="Adverse events",
            visits=ALL,
            log=True,
            repeating=True,
            sdtm=SdtmTarget(domain="AE"),
            items=(
                _item("AETERM", "text", SdtmTarget(variable="AETERM")),
                _yes("AESER", variable="AESER"),
                _date("AESTDAT", "AESTDTC"),
                _date("AEENDAT", "AEENDTC"),
            ),
        ),
        Form(
            id="end",
            title="End",
            visits=ALL,
            log=True,
            sdtm=SdtmTarget(domain="DS"),
            items=(
                _item("DSDECOD", "code", SdtmTarget(variable="DSDECOD"), codelist="END"),
                _date("DSDAT", "DSSTDTC"),
                _item("DSTERM", "text", SdtmTarget(variable="DSTERM")),
            ),
        ),
    )


def _parameter(code: str, dataset: str, kind: str, missing: str = "none", **more: object) -> Parameter:
    own = {name: more.pop(name) for name in ("type", "restrict", "unit") if name in more}
    return Parameter(
        id=code,
        label=code.title(),
        dataset=dataset,
        derive=Derivation(kind=kind, **more),  # type: ignore[arg-type]
        missing=missing,  # type: ignore[arg-type]
        **own,  # type: ignore[arg-type]
    )


def parameters() -> tuple[Parameter, ...]:
    """Return one parameter of every kind of derivation."""
    components = {"sledai": "SLEDAI", "pga": "PGA"}
    components |= {f"grade_{domain}": f"BG{code}" for domain, code in zip(DOMAINS, GRADES, strict=True)}
    return (
        _parameter("SLEDAI", "ADQS", "score", "locf", use="SLEDAI", output="score"),
        _parameter("PGA", "ADQS", "item", "locf", form="pga", item="PGA"),
        *(_parameter(f"BG{code}", "ADQS", "item", form="grades", item=code, type="grade") for code in GRADES),
        _parameter("ARTH", "ADQS", "item", "locf", form="sledai", item="ARTH", type="binary"),
        _parameter("CREAT", "ADLB", "item", "locf", form="lab", item="CREAT", unit="umol/L"),
        _parameter("C3", "ADLB", "item", form="lab", item="C3"),
        _parameter("C3NORM", "ADLB", "within_limits", "locf", parameter="C3", type="binary"),
        _parameter("CRNORM", "ADLB", "within_limits", parameter="CREAT", type="binary"),
        _parameter("CRLN", "ADLB", "item", form="lab", item="CREAT", restrict="history.LN == 'Y'"),
        _parameter(
            "SRI4",
            "ADRESP",
            "composite",
            "nri",
            use="SRI4",
            output="responder",
            components=components,
            type="binary",
        ),
        _parameter("ARTHRES", "ADRESP", "resolved", "nri", parameter="ARTH", type="binary"),
        _parameter("CRDEC", "ADRESP", "decreased", "nri", parameter="CREAT", type="binary"),
        _parameter(
            "PRED50", "ADRESP", "reduction", "nri", parameter="PRED", percent=Decimal(50), type="binary"
        ),
        _parameter("PRED", "ADEX", "daily_dose", form="drugs"),
        _parameter("AGE", "ADBL", "subject", variable="AGE"),
        _parameter("SEX", "ADBL", "subject", variable="SEX", type="binary"),
        _parameter("WEIGHT", "ADBL", "item", form="vitals", item="WEIGHT"),
        _parameter("HEIGHT", "ADBL", "item", form="vitals", item="HEIGHT"),
        _parameter("BSA", "ADBL", "body_surface", components={"height": "HEIGHT", "weight": "WEIGHT"}),
        _parameter("DURDIS", "ADBL", "months_since", form="history", item="DXDAT"),
        _parameter("PREDBL", "ADBL", "background_drug", form="drugs", drug="PREDNISONE", type="binary"),
        _parameter("ANYAE", "ADAEEV", "event", form="ae", type="binary"),
        _parameter("SERAE", "ADAEEV", "event", form="ae", where="ae.AESER == 'Y'", type="binary"),
    )


def study(plan: tuple[Parameter, ...] | None = None) -> Study:
    """Return the study, with its own analysis parameters or with others."""
    codes = {"NY": "YN", "SEX": "FM", "GRADE": "ABCDE"}
    lists = {
        name: tuple(CodelistEntry(value=one, decode=one) for one in values) for name, values in codes.items()
    }
    for name in ("DRUG", "END"):
        lists[name] = (CodelistEntry(value="OTHER", decode="Other"),)

    def dosing(product: str, dose: int) -> Dosing:
        return Dosing(
            product=product,
            dose=Decimal(dose),
            unit="10^6 IU",
            route="SUBCUTANEOUS",
            every_days=2,
            injections=3,
            cycle_days=28,
            cycles=1,
        )

    return Study(
        id="TINY",
        title="Tiny trial",
        short_title="Tiny",
        phase="2",
        version="1.0",
        sponsor="Nobody",
        design=Design(
            intervention_model="PARALLEL",
            blinding="DOUBLE BLIND",
            control="PLACEBO",
            randomised=True,
            planned_participants=3,
            indication="Lupus",
            objective="To test tables",
            age_min=18,
        ),
        arms=(
            Arm(id="ACT", label="active", name="Active drug", planned=2, dosing=dosing("DRUG", 1)),
            Arm(
                id="CTL",
                label="control",
                name="Control",
                planned=1,
                reference=True,
                dosing=dosing("DUMMY", 0),
            ),
        ),
        products=(
            Product(id="DRUG", name="Real drug", strength="1", form="INJECTION"),
            Product(id="DUMMY", name="Dummy drug", strength="0", form="INJECTION", matches="DRUG"),
        ),
        epochs=(
            Epoch(id="SCREENING", name="SCREENING"),
            Epoch(id="TREATMENT", name="TREATMENT"),
            Epoch(id="FOLLOW-UP", name="FOLLOW-UP"),
        ),
        visits=(
            Visit(id="SCR", name="Screening", number=1, week=-1, day=-7, window=(-21, 6), epoch="SCREENING"),
            Visit(
                id="V0",
                name="Week 0",
                number=2,
                week=0,
                day=1,
                window=(0, 0),
                epoch="TREATMENT",
                baseline=True,
            ),
            Visit(id="V2", name="Week 2", number=3, week=2, day=15, window=(-3, 3), epoch="TREATMENT"),
            Visit(id="V4", name="Week 4", number=4, week=4, day=29, window=(-3, 3), epoch="TREATMENT"),
            Visit(id="F8", name="Week 8", number=5, week=8, day=57, window=(-7, 7), epoch="FOLLOW-UP"),
        ),
        sites=(Site(id="01", name="Clinic", country="CHN"),),
        eligibility=Eligibility(
            at="SCR",
            inclusion=(Criterion(id="INC01", text="Adult", expression="participant.age >= 18"),),
            exclusion=(
                Criterion(id="EXC01", text="High dose", expression="history.GCMAX >= 1.0"),
                Criterion(id="EXC02", text="High creatinine", expression="lab.CREAT > 79.5"),
            ),
        ),
        populations=(
            Population(
                id="MITT",
                name="mITT",
                flag="MITTFL",
                expression="participant.randomised && participant.efficacy_assessments >= 1",
                definition="",
            ),
            Population(
                id="PP",
                name="PP",
                flag="PPROTFL",
                expression="participant.completed_treatment && participant.completed_study",
                definition="",
            ),
            Population(
                id="SAF", name="Safety", flag="SAFFL", expression="participant.injections >= 1", definition=""
            ),
        ),
        randomisation=Randomisation(method="complete", ratio={"ACT": 1, "CTL": 1}),
        forms=forms(),
        codelists=lists,
        instruments=(
            InstrumentUse(
                id="SLEDAI",
                instrument="selena_sledai",
                form="sledai",
                settings={"sledai_missing": "as_absent"},
            ),
            InstrumentUse(id="SRI4", instrument="sri", settings={"sri_points": 4}),
        ),
        plan=AnalysisPlan(
            parameters=parameters() if plan is None else plan, estimands=(), analyses=(), displays=()
        ),
        folder=Path(),
        digest="0" * 64,
    )
