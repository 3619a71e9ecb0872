"""Files that are not what they should be: refused by id and line, never read past, fetched or hung on."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pytest
from cytometry_files import SHARED, floats, raw_fcs, shared, write
from gating_files import (
    boolean,
    gatingml,
    polygon,
    population,
    rectangle,
    sample,
    samples,
    scale,
    spillover,
    workspace,
)

from lupustrial.cytometry.exchange import gate_file, read_gates, read_gatingml, read_reference, read_workspace
from lupustrial.errors import CytometryError

BOMB = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
HOSTILE = {
    "entities that grow": f'<!DOCTYPE x [{BOMB}]><Workspace flowJoVersion="10.8.1">&a11;</Workspace>',
    "an entity in an attribute": f'<!DOCTYPE x [{BOMB}]><Workspace flowJoVersion="&a11;"/>',
    "a file as an entity": '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><Workspace>&f;</Workspace>',
    "an address as an entity": '<!DOCTYPE x [<!ENTITY f SYSTEM "http://192.0.2.1/f">]><Workspace>&f;</Workspace>',
    "a document type elsewhere": '<!DOCTYPE Workspace SYSTEM "http://192.0.2.1/w.dtd"><Workspace/>',
    "parameter entities": '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><Workspace/>',
    "elements without end": "<a>" * 200_000,
    "elements too deep": "<a>" * 5000 + "</a>" * 5000,
    "an unknown encoding": '<?xml version="1.0" encoding="no-such"?><Workspace/>',
    "an entity of nowhere": "<Workspace>&nbsp;</Workspace>",
    "no text": "",
    "no XML": "Gating strategy of tube 3",
}


def refused(folder: Path, text: str | bytes, name: str = "gates.xml") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(CytometryError) as error:
        read_gates(path, file="tube.fcs")
    assert all(fault.place.startswith(str(path)) for fault in error.value.faults)
    return str(error.value)


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_xml_is_refused_at_once(what: str, tmp_path: Path) -> None:
    begin = time.process_time()
    assert re.search(r"gates\.xml:\d+: CYTO-030", refused(tmp_path, HOSTILE[what]))
    assert time.process_time() - begin < 2


def test_the_same_in_another_encoding(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?>' + HOSTILE["a file as an entity"]
    assert "CYTO-030 a document type" in refused(tmp_path, text.encode("utf-16"))


def test_what_is_no_gating_file_is_told_by_kind(tmp_path: Path) -> None:
    assert "zip archive" in refused(tmp_path, b"PK\x03\x04rest")
    assert "FCS file" in refused(tmp_path, b"FCS3.1    ")
    assert "FACSDiva" in refused(tmp_path, "<bdfacs version='6'/>")
    assert "FlowJo 9" in refused(tmp_path, "<Workspace version='1.61'/>")
    assert "FlowJo 9" in refused(tmp_path, "<Workspace flowJoVersion='9.2'/>")
    assert "another version than 2.0" in refused(
        tmp_path, "<g:Gating-ML xmlns:g='http://www.isac-net.org/std/Gating-ML/v1.5/gating'/>"
    )
    assert "CYTO-031 this is XML with the root <html>" in refused(tmp_path, "<html/>")
    with pytest.raises(CytometryError, match="CYTO-030 the file cannot be read"):
        read_workspace(tmp_path / "none.wsp")


def test_the_shared_diva_file_is_refused_and_each_reader_names_the_other_kind() -> None:
    with pytest.raises(CytometryError, match="CYTO-031 this is a FACSDiva experiment"):
        read_workspace(shared("flowjo_parity/facsdiva/PE_2.xml"))
    with pytest.raises(CytometryError, match="CYTO-031 this is a FlowJo workspace, not a Gating-ML"):
        read_gatingml(shared("flowjo_parity/mouse_spleen/gating.wsp"))
    with pytest.raises(CytometryError, match=r"CYTO-031 this is a Gating-ML 2\.0 file, not a FlowJo"):
        read_workspace(shared("gatingml/gml/gml_all_gates.xml"))


A = ("A", 2.0, None)
BIEX = {"maxRange": 262144, "neg": 0, "width": 0, "pos": 4.5}
NO_LOG = '<transforms:transformation transforms:id="t"><transforms:flog transforms:T="-1" transforms:M="4"/>'
NO_GATE = '<AndNode name="p"><Dependents><Dependent name="q"/></Dependents></AndNode>'
NOT_A_NUMBER = ("A", float("nan"), None)
UNREAD = "CYTO-034 population p cannot be read:"
FAULTY = {
    "CYTO-032 2 samples of the workspace could be meant": samples(
        sample(population("p", A), name="x.fcs"), sample(population("p", A), name="y.fcs")
    ),
    "CYTO-031 the workspace holds no sample": samples(),
    f"{UNREAD} the scale 'hyperlog-fj' is not documented": workspace(
        population("p", A), scales=scale("hyperlog-fj", "A")
    ),
    f"{UNREAD} the scale 'biex' is not defined: width must be -1": workspace(
        population("p", A), scales=scale("biex", "A", **BIEX)
    ),
    f"{UNREAD} gates of the kind CurlyQuad": workspace(
        '<Population name="p"><Gate><gating:CurlyQuad/></Gate></Population>'
    ),
    f"{UNREAD} it has no name of its own": workspace(population("p", A) * 2),
    f"{UNREAD} <dimension> has min='nan'": workspace(population("p", NOT_A_NUMBER)),
    f"{UNREAD} a polygon has 2 vertices": workspace(polygon("p", "A", "B", [(0, 0), (1, 1)])),
    f"{UNREAD} it depends on q, which is not": workspace(NO_GATE),
    "CYTO-036 the compensation matrix cannot be inverted": workspace(
        population("p", A), matrix=spillover(["A", "B"], [[1, 1], [1, 1]])
    ),
    "CYTO-036 a matrix of spectral unmixing": workspace(
        population("p", A), matrix=spillover(["A"], [[1]]).replace('spectral="0"', 'spectral="1"')
    ),
    "CYTO-034 gate a: its parent b is not in the file": gatingml(rectangle("a", A, parent="b")),
    "CYTO-034 gate a: its parents form a ring": gatingml(
        rectangle("a", A, parent="b") + rectangle("b", A, parent="a")
    ),
    "CYTO-034 gate a refers to b, which is not": gatingml(boolean("a", "not", "b")),
    "CYTO-034 two gates have the id a": gatingml(rectangle("a", A) * 2),
    "CYTO-034 the file holds no gate": gatingml(""),
    "CYTO-034 PolygonGate a cannot be read: it has 0 dimensions": gatingml(
        '<gating:PolygonGate gating:id="a"/>'
    ),
    "CYTO-033 <transformation> t cannot be read: the scale 'flog' is not defined": gatingml(
        f"{NO_LOG}</transforms:transformation>" + rectangle("a", A)
    ),
}


@pytest.mark.parametrize("message", FAULTY)
def test_a_faulty_file_is_refused_by_id_and_place(message: str, tmp_path: Path) -> None:
    assert message in refused(tmp_path, FAULTY[message])


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = gatingml("".join(f'<gating:RectangleGate gating:id="g{n}"/>\n' for n in range(5)))
    assert refused(tmp_path, text).count("it has no dimension") == 5


def test_gates_deeper_than_any_hand_draws_are_refused(tmp_path: Path) -> None:
    chain = rectangle("g0", A) + "".join(rectangle(f"g{n}", A, parent=f"g{n - 1}") for n in range(1, 3000))
    assert "more than 100 gates deep" in refused(tmp_path, gatingml(chain))
    nested = ""
    for level in range(120):
        nested = population(f"p{level}", A, below=nested)
    assert "more than 100 gates deep" in refused(tmp_path, workspace(nested))


def tube(folder: Path) -> Path:
    return write(folder, raw_fcs(*floats(["A", "B"], [[1.0, 1.0], [3.0, 3.0]])))


def test_logic_in_a_ring_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gates.xml"
    path.write_text(gatingml(boolean("a", "not", "b") + boolean("b", "not", "a")), encoding="utf-8")
    with pytest.raises(CytometryError, match="CYTO-034 gates refer to each other in a ring: a -> b -> a"):
        gate_file(path, tube(tmp_path))
    with pytest.raises(CytometryError, match="CYTO-038 population a refers to itself"):
        read_reference(path, tube(tmp_path))


def test_logic_that_would_explode_is_counted_and_not_written_out(tmp_path: Path) -> None:
    # Each gate refers twice to the one before: 2 ** 60 parts if it were written out.
    gates = rectangle("g0", A) + "".join(
        boolean(f"g{n}", "and", f"g{n - 1}", f"g{n - 1}") for n in range(1, 61)
    )
    path = tmp_path / "gates.xml"
    path.write_text(gatingml(gates), encoding="utf-8")
    assert {row.count for row in gate_file(path, tube(tmp_path))} == {1}
    with pytest.raises(CytometryError, match="CYTO-038 population g60 is logic over logic, too long"):
        read_reference(path, tube(tmp_path))


def test_channels_that_the_file_lacks_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "gates.xml"
    path.write_text(gatingml(rectangle("a", ("CD4", 1.0, None), ("CD8", 1.0, None))), encoding="utf-8")
    with pytest.raises(CytometryError) as error:
        gate_file(path, tube(tmp_path))
    assert [fault.id for fault in error.value.faults] == ["CYTO-035", "CYTO-035"]
    assert "it has A, B" in str(error.value)


def test_samples_and_groups_that_are_not_there_are_named(tmp_path: Path) -> None:
    path = tmp_path / "gates.wsp"
    path.write_text(workspace(population("p", A), name="tube_1.fcs"), encoding="utf-8")
    with pytest.raises(
        CytometryError, match=r"CYTO-032 .* no sample tube_2.fcs\n    did you mean tube_1.fcs"
    ):
        read_gates(path, file="x", sample="tube_2.fcs")
    with pytest.raises(CytometryError, match=r"CYTO-032 .* no group H\n    it has G"):
        read_gates(path, file="x", group="H")


LINE = "flowjo_parity/simple_line_example/"
FUZZED = {
    f"{LINE}simple_poly_and_rect_v2_poly50.wsp": f"{LINE}data_set_simple_line_100.fcs",
    f"{LINE}single_ellipse_51_events.wsp": f"{LINE}data_set_simple_line_100.fcs",
    "gatingml/gml/gml_all_gates.xml": "gatingml/data1.fcs",
}  # fmt: skip
VALUES = ["nan", "inf", "-1", "0", "1e308", "", "abc", "256", "FCS"]


def damaged(text: str, dice: random.Random) -> bytes:
    kind = dice.random()
    if kind < 0.3:
        raw = bytearray(text.encode())
        for _ in range(dice.randint(1, 8)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        return bytes(raw)
    if kind < 0.4:
        begin = dice.randrange(len(text))
        return (text[:begin] + text[begin + dice.randint(1, 400) :]).encode()
    values = list(re.finditer(r'"([^"]*)"', text[text.find("<Sample>") :] if "<Sample>" in text else text))
    offset = max(text.find("<Sample>"), 0)
    for found in sorted(dice.sample(values, dice.randint(1, 4)), key=lambda each: -each.start()):
        new = dice.choice([*VALUES, dice.choice(values).group(1)])
        text = text[: offset + found.start(1)] + new + text[offset + found.end(1) :]
    return text.encode()


@pytest.mark.parametrize("name", FUZZED)
def test_a_damaged_file_is_gated_or_refused(name: str, tmp_path: Path) -> None:
    text, file = shared(name).read_text(encoding="utf-8"), shared(FUZZED[name])
    assert SHARED in file.parents
    dice = random.Random(2026)  # noqa: S311 - damage, no secret
    path = tmp_path / "damaged.xml"
    outcomes = {"gated": 0, "refused": 0}
    for _ in range(60):
        path.write_bytes(damaged(text, dice))
        try:
            gate_file(path, file, binned=dice.random() < 0.5)
            read_reference(path, file)
        except CytometryError as error:
            outcomes["refused"] += bool(error.faults)
        else:
            outcomes["gated"] += 1
    assert sum(outcomes.values()) == 60
    assert min(outcomes.values()) > 0
