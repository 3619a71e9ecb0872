"""The public names of the room are these and no others."""

import lupustrial.sdtm


def test_public_names() -> None:
    assert sorted(lupustrial.sdtm.__all__) == [
        "Annotation",
        "SRCPOS",
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
    assert all(hasattr(lupustrial.sdtm, name) for name in lupustrial.sdtm.__all__)
