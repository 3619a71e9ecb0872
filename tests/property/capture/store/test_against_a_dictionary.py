"""Any sequence of saves, strikes, holds: the pages are those of a dictionary that is kept by hand."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.capture.store import (
    Answer,
    Place,
    create_tables,
    pages_of,
    save_page,
    verify_projection,
    write,
)
from lupustrial.errors import CaptureError
from lupustrial.ledger import Actor, open_database, verify_ledger

NURSE = Actor(id="nurse", role="coordinator")
PEOPLE, FORMS, ITEMS = ("01-001", "01-002"), ("a", "b"), ("X", "Y", "Z")
VALUES = st.one_of(st.none(), st.text(max_size=5))

STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("save"),
            st.sampled_from(PEOPLE),
            st.sampled_from(FORMS),
            st.dictionaries(st.sampled_from(ITEMS), VALUES),
        ),
        st.tuples(st.just("late"), st.sampled_from(PEOPLE), st.sampled_from(FORMS), st.just({"X": "late"})),
        st.tuples(
            st.sampled_from(["strike", "restore"]),
            st.sampled_from(PEOPLE),
            st.sampled_from(FORMS),
            st.just({}),
        ),
        st.tuples(st.sampled_from(["hold", "lift"]), st.sampled_from(PEOPLE), st.just(""), st.just({})),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_pages_follow(steps: list[tuple[str, str, str, dict[str, str | None]]]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        open_database(str(Path(folder) / "t.db"), create=True) as db,
    ):
        pages: dict[tuple[str, str], dict[str, str]] = {}
        revisions: dict[tuple[str, str], int] = {}
        struck: set[tuple[str, str]] = set()
        held: dict[str, int] = {}
        with db.writing() as tx:
            create_tables(tx)
            for what, person, form, values in steps:
                key = (person, form)
                place = Place(participant=person, visit="W0", form=form)
                data: dict[str, Any] = {"participant": person, "visit": "W0", "form": form, "repeat": 1}
                if what in ("save", "late"):
                    late = 1 if what == "late" else 0
                    refused = late or key in struck or person in held
                    try:
                        saved = save_page(
                            tx,
                            study="T",
                            place=place,
                            site="01",
                            version="1",
                            state="complete",
                            answers={
                                item: None if value is None else Answer(value=value)
                                for item, value in values.items()
                            },
                            by=NURSE,
                            revision=revisions.get(key, 0) + late,
                        )
                    except CaptureError:
                        assert refused
                        continue
                    assert not refused
                    kept = pages.setdefault(key, {})
                    for item, value in values.items():
                        kept.pop(item, None)
                        if value is not None:
                            kept[item] = value
                    revisions[key] = saved.page.revision
                elif what in ("strike", "restore") and key in pages and person not in held:
                    entry = write(
                        tx,
                        study="T",
                        kind="page struck" if what == "strike" else "page restored",
                        by=NURSE,
                        data=data,
                    )
                    revisions[key] = entry.position
                    (struck.add if what == "strike" else struck.discard)(key)
                elif what == "hold" and person not in held:
                    scope = {"hold": "frozen", "participant": person, "visit": "", "form": "", "repeat": 0}
                    held[person] = write(tx, study="T", kind="hold set", by=NURSE, data=scope).position
                elif what == "lift" and person in held:
                    write(tx, study="T", kind="hold lifted", by=NURSE, data={"position": held.pop(person)})
        with db.reading() as tx:
            found = {
                (page.place.participant, page.place.form): {
                    item: one.value for item, one in page.items.items()
                }
                for person in PEOPLE
                for page in pages_of(tx, person)
            }
        assert found == {key: values for key, values in pages.items() if key not in struck}
        assert verify_projection(db, "T") == []
        with db.reading() as tx:
            assert verify_ledger(tx) == []
