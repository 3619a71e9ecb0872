"""Gates in the web application of a test: review material, brought in by who may."""

from __future__ import annotations

from capture_site import PASSWORD, CaptureSite
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from reviewed_tubes import reviewed

from lupustrial.capture.store import HeldGate, gates_in
from lupustrial.cytometry import Finding
from lupustrial.cytometry.review import TubeReview, pack

FAIL = Finding(check="QC-LABELS", verdict="fail", message="CD3 and CD56 look swapped", columns=("CD3",))


def material(count: int = 3) -> list[TubeReview]:
    """Return tubes of which the second failed quality control."""
    return reviewed(count, findings={2: [FAIL]}, batch="batch of week 4")


def upload(client: Client, packed: bytes, name: str = "review-material.zip"):  # noqa: ANN201 - Django's answer
    """Send a file to the page of import."""
    return client.post("/gates/import", {"file": SimpleUploadedFile(name, packed)})


def bring(site: CaptureSite, tubes: list[TubeReview] | None = None) -> list[TubeReview]:
    """Bring tubes in by the page, as the data manager."""
    tubes = material() if tubes is None else tubes
    answer = upload(site.client("data_manager"), pack(tubes))
    assert answer.status_code == 302, answer.content.decode()
    return tubes


def held(site: CaptureSite, **wanted: object) -> list[HeldGate]:
    """Return gates, the most doubtful first."""
    with site.trial.reading() as tx:
        return gates_in(tx, limit=1000, **wanted)[0]  # type: ignore[arg-type]


def signed(**more: object) -> dict[str, object]:
    """Return the fields of a signature of the gate reader."""
    return {"account": "gate_reader", "password": PASSWORD, **more}
