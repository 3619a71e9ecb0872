"""Every shared file against FlowIO, value by value; files of ours read by FlowIO and FlowKit."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from cytometry_files import floats, integers, raw_fcs, shared, write

from lupustrial.cytometry.fcs import Channel, Spill, read_fcs, write_fcs

flowio = pytest.importorskip("flowio", reason="the extra `cytometry` is not installed")

FILES = {
    "flowcap_gvhd/001.fcs": "strict",
    "flowjo_parity/facsdiva/124500.fcs": "strict",
    "flowjo_parity/mouse_spleen/68983.fcs": "strict",
    "flowjo_parity/simple_line_example/data_set_simple_line_100.fcs": "strict",
    "gatingml/data1.fcs": "strict",  # 10-bit integers, logarithmic amplifiers, gains, FCS 2.0
    "hipc_bcell/12828_1_Bcell_C01.fcs": "strict",
    "ilt_cord_agpl/INF071.fcs": "strict",
    "raw_fcs/100715.fcs": "strict",  # FCS 2.0, floats
    "raw_fcs/omip021_donor1.fcs": "strict",
    "raw_fcs/qc_111.fcs": "strict",
    "raw_fcs/parser/G11.fcs": "strict",
    "raw_fcs/test_comp_example.fcs": "count",  # DATA ends one byte late
    "raw_fcs/parser/variable_int_example.fcs": "strict",  # 16 and 32 bits in one event
    "raw_fcs/parser/data_start_offset_discrepancy_example.fcs": "text",
    "raw_fcs/parser/data_stop_offset_discrepancy_example.fcs": "text",
    "seb_series_agpl/2025_07_26_AB_02_NY068_02_SEB.fcs": "strict",
}


def theirs(path: Path) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # FlowIO warns of the late end
        data = flowio.FlowData(str(path), ignore_offset_error=True, ignore_offset_discrepancy=True)
    if data.text.get("timestep") == "xxxxxxxxx":  # anonymised away: FlowIO refuses it, we read ticks
        del data.text["timestep"]
    return np.asarray(data.as_array(), dtype=np.float32)


@pytest.mark.parametrize(("name", "offsets"), FILES.items())
def test_values_are_those_of_flowio(name: str, offsets: str) -> None:
    path = shared(name)
    file = read_fcs(path, offsets=offsets)
    np.testing.assert_array_equal(file.events, theirs(path))


@pytest.mark.parametrize("data_set", [0, 1])
def test_both_data_sets_of_a_coulter_lmd(data_set: int) -> None:
    path = shared("raw_fcs/parser/coulter.lmd")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sets = flowio.read_multiple_data_sets(str(path), ignore_offset_error=True)
    file = read_fcs(path, data_set=data_set, offsets="count" if data_set == 0 else "strict")
    assert (file.data_set, file.data_sets) == (data_set, 2)
    np.testing.assert_array_equal(file.events, sets[data_set].as_array().astype(np.float32))


@pytest.mark.parametrize("order", ["1,2,3,4", "4,3,2,1"])
@pytest.mark.parametrize("kind", ["F", "D"])
def test_byte_orders_and_precisions(tmp_path: Path, order: str, kind: str) -> None:
    values = np.array([[1.5, -2.25], [3e5, 1e-3], [0.0, 7.0]])
    _, keywords = floats(("FSC-A", "PE-A"), values.tolist())
    keywords |= {"$DATATYPE": kind, "$BYTEORD": order}
    keywords |= {f"$P{n}B": "32" if kind == "F" else "64" for n in (1, 2)}
    dtype = f"{'<' if order == '1,2,3,4' else '>'}{'f4' if kind == 'F' else 'f8'}"
    path = write(tmp_path, raw_fcs(values.astype(dtype).tobytes(), keywords))
    np.testing.assert_array_equal(read_fcs(path).events, theirs(path))


@pytest.mark.parametrize("widths", [(8, 8), (16, 16), (32, 32), (8, 16), (32, 8)])
def test_integer_widths_masks_gains_and_logarithms(tmp_path: Path, widths: tuple[int, int]) -> None:
    first, second = (f"<u{bits // 8}" for bits in widths)
    events = np.zeros(64, dtype=[("a", first), ("b", second)])
    events["a"], events["b"] = np.arange(64) * 4 + 3, np.arange(64)[::-1]
    keywords = integers(("FSC-H", widths[0], 100, "0,0", "2.5"), ("FL1-H", widths[1], 64, "4,0", "1.0"))
    path = write(tmp_path, raw_fcs(events.tobytes(), keywords | {"$TOT": "64"}))
    np.testing.assert_array_equal(read_fcs(path).events, theirs(path))


def test_a_file_of_ours_in_flowio_and_flowkit(tmp_path: Path) -> None:
    flowkit = pytest.importorskip("flowkit", reason="the extra `cytometry` is not installed")
    random = np.random.default_rng(3)
    events = random.normal(1000, 4000, (500, 4)).astype(np.float32)
    events[:, 3] = np.arange(500)
    channels = [
        Channel(number=1, name="FSC-A"),
        Channel(number=2, name="PE|Cy7-A", marker="CD3 | T", gain=2.0),
        Channel(number=3, name="APC-A", marker="CD4", range=1048576.0),
        Channel(number=4, name="Time", range=500.0),
    ]
    spill = Spill(channels=("PE|Cy7-A", "APC-A"), matrix=np.array([[1.0, 0.125], [0.0625, 1.0]]))
    path = tmp_path / "ours.fcs"
    write_fcs(
        path, events, channels, keywords={"TIMESTEP": "0.01", "CYT": "made", "NOTE": "a|b"}, spill=spill
    )

    theirs_raw = flowio.FlowData(str(path))
    assert theirs_raw.pnn_labels == [channel.name for channel in channels]
    assert theirs_raw.pns_labels == ["", "CD3 | T", "CD4", ""]
    assert (theirs_raw.text["note"], theirs_raw.text["cyt"]) == ("a|b", "made")
    np.testing.assert_array_equal(theirs_raw.as_array(preprocess=False).astype(np.float32), events)

    sample = flowkit.Sample(str(path))
    sample.apply_compensation(sample.metadata["spillover"])
    ours = read_fcs(path)
    np.testing.assert_array_equal(ours.events, sample.get_events(source="raw").astype(np.float32))
    assert ours.spill is not None
    np.testing.assert_array_equal(ours.spill.matrix, spill.matrix)
    assert ours.keywords["NOTE"] == "a|b"


def test_offsets_of_data_beyond_the_header_are_read_by_flowio(tmp_path: Path) -> None:
    events = np.ones((1_400_000, 18), dtype=np.float32)  # 100,800,000 bytes: more than a HEADER can state
    events[-1, -1] = 7.0
    path = tmp_path / "large.fcs"
    write_fcs(path, events, [f"C{n}-A" for n in range(18)])
    with path.open("rb") as file:
        assert file.read(42)[26:] == b"       0       0"
    data = flowio.FlowData(str(path))
    assert data.event_count == 1_400_000
    assert data.events[-1] == 7.0
    assert read_fcs(path).events[-1, -1] == 7.0
