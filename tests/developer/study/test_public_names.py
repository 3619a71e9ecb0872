"""The room's public names are pinned: a change here is a change for every other room."""

from __future__ import annotations

from lupustrial import study

FUNCTIONS = {
    "check_records",
    "check_source",
    "check_study",
    "examine_source",
    "examine_study",
    "load_study",
    "new_study",
    "read_source",
    "write_source",
}
CONSTANTS = {"ALLOCATION_SCHEMA", "PARTICIPANT_FACTS", "PLANNED_FACTS", "RECORD_SCHEMA", "STATUSES"}
CLASSES = {
    "Analysis",
    "AnalysisPlan",
    "Arm",
    "AssumedRate",
    "Check",
    "CodelistEntry",
    "Component",
    "Context",
    "Criterion",
    "Derivation",
    "Design",
    "Display",
    "Dosing",
    "Eligibility",
    "Epoch",
    "Estimand",
    "EventRule",
    "Expression",
    "Form",
    "FurtherPlan",
    "InstrumentUse",
    "IntercurrentEvent",
    "Item",
    "Limits",
    "Model",
    "Parameter",
    "Population",
    "Product",
    "Randomisation",
    "Registration",
    "Role",
    "Row",
    "Scalar",
    "SampleSizePlan",
    "Scenario",
    "SdtmTarget",
    "SignOff",
    "Site",
    "Source",
    "Stamp",
    "Stratum",
    "Study",
    "Unit",
    "Visit",
}


def test_public_names_are_pinned() -> None:
    assert set(study.__all__) == FUNCTIONS | CONSTANTS | CLASSES
    assert all(hasattr(study, name) for name in study.__all__)
