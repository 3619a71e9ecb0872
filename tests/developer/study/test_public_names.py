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
    "sight_of",
    "visible",
    "visible_records",
    "write_source",
}
CONSTANTS = {"ALLOCATION_SCHEMA", "PARTICIPANT_FACTS", "PLANNED_FACTS", "RECORD_SCHEMA", "STATUSES"}
CLASSES = {
    "AllocationMethod",
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
    "Factor",
    "Form",
    "FurtherPlan",
    "InstrumentUse",
    "IntercurrentEvent",
    "Item",
    "KitType",
    "Level",
    "Limits",
    "Model",
    "Parameter",
    "Population",
    "Product",
    "Randomisation",
    "Registration",
    "Role",
    "Row",
    "SampleSizePlan",
    "Scalar",
    "Scenario",
    "SdtmTarget",
    "Sight",
    "SignOff",
    "Site",
    "Source",
    "Stamp",
    "Storage",
    "Stratum",
    "Study",
    "Task",
    "Unit",
    "Visit",
}


def test_public_names_are_pinned() -> None:
    assert set(study.__all__) == FUNCTIONS | CONSTANTS | CLASSES
    assert all(hasattr(study, name) for name in study.__all__)
