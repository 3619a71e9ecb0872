"""Take the pictures of docs/capture/index.md anew: `.venv/bin/python scripts/capture_screenshots.py`.

The pages are those of the demonstration (nobody in it is real), as tests load it. Days move with the day on
which the pictures are taken; everything else stays the same.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "images" / "capture"
_PLUGINS = ("capture_site", "capture_live", "capture_demo", "supply_site", "requirements", "conftest")


def _take(page: Any, name: str) -> None:
    """Keep what the window shows."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    file = PICTURES / f"{name}.png"
    page.screenshot(path=str(file), animations="disabled")
    with Image.open(file) as picture:  # few colours: a palette makes it a third as large
        picture.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(file, optimize=True)


def picture_demo(demo_live: Any) -> None:
    """Go through the demonstration."""
    from lupustrial.capture.store import participants_of

    with demo_live.site.trial.reading() as tx:
        people = [one for one in participants_of(tx, None) if one.state == "enrolled" and one.last_visit]
        asked = tx.all("SELECT number, state FROM capture_query WHERE item <> '' ORDER BY number DESC")
    one = max(people, key=lambda who: len(str(who.last_date)) and who.last_date)
    at = f"/participants/{one.participant}"
    visit = f"{at}/visits/{one.last_visit}"
    answered = next((number for number, state in asked if state == "answered"), asked[0][0])
    for name, role, address in (
        ("overview", "investigator", "/"),
        ("participant", "investigator", at),
        ("visit", "investigator", visit),
        ("sledai", "assessor", f"{visit}/forms/sledai/1"),
        ("query", "data_manager", f"/queries/{answered}"),
        ("signing", "investigator", f"/sign?scope={one.participant}%7C{one.last_visit}%7Cvitals%7C1"),
        ("audit-review", "monitor", "/audit"),
        ("dashboard", "data_manager", "/overview/enrolment"),
    ):
        _take(demo_live.page(role, address), name)
    bilag = demo_live.page("assessor", f"{visit}/forms/bilag2004/1")
    bilag.locator("details[data-fold] > summary").first.evaluate(
        "fold => fold.scrollIntoView({block: 'center'})"
    )
    _take(bilag, "bilag")
    _take(demo_live.page("coordinator", at, language="zh-CN"), "chinese")
    tablet = demo_live.page("coordinator", visit, width=820, height=1180, scheme="dark")
    _take(tablet, "dark-tablet")


def picture_supply(supplied: Any, browser: Any, monkeypatch: Any) -> None:
    """Hand out a kit: in a trial that is sealed and stocked."""
    from capture_live import serving

    with serving(supplied.site, browser, monkeypatch) as live:
        _take(live.page("pharmacist", "/supply/dispense/01-001"), "dispensing")


def main() -> int:
    """Run this file by pytest, which lays down the trials."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    support = os.pathsep.join(str(ROOT / "tests" / name) for name in ("_support", "browser"))
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-o", "python_files=capture_screenshots.py"]
    command += ["-o", "python_functions=picture_*", *(f"-p{name}" for name in _PLUGINS), __file__]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": support}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
