"""The public names of the room are these and no others."""

import lupustrial.adam


def test_public_names() -> None:
    assert sorted(lupustrial.adam.__all__) == ["BDS", "INTAKES", "Node", "derive", "instrument_frame", "walk"]
    assert all(hasattr(lupustrial.adam, name) for name in lupustrial.adam.__all__)
