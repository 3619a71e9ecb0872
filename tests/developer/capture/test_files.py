"""Files of the application: every one that a page links is served, and the Chinese is complete."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "src/lupustrial/capture/templates"
LINKED = sorted(
    {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r"""\{% static ["']([^"']+)["'] %\}""", path.read_text(encoding="utf-8"))
    }
)


def test_pages_link_files() -> None:
    assert "capture/capture.css" in LINKED


@pytest.mark.usefixtures("site")
def test_every_linked_file_is_served() -> None:
    assert [name for name in LINKED if _status(name) != 200] == []


def _status(name: str) -> int:
    response = Client().get(f"/static/{name}")
    response.close()
    return response.status_code


def test_no_page_has_a_script_or_a_style_of_its_own() -> None:
    inline = re.compile(
        r"<style|style=|\son\w+=|hx-on|<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE
    )
    found = [
        f"{path.name}: {match.group()}"
        for path in TEMPLATES.rglob("*.html")
        for match in inline.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_message_has_its_chinese() -> None:
    script = ROOT / "scripts" / "translations.py"
    told = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout) == (0, "")
