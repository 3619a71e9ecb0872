"""A panel beside a file: channels, labels, cytometer, compensation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lupustrial.cytometry._finding import Finding
from lupustrial.cytometry.fcs import FcsFile
from lupustrial.cytometry.panel._channels import find_channel, needed
from lupustrial.cytometry.panel._compensation import check_compensation
from lupustrial.cytometry.panel._model import Panel, Stain
from lupustrial.errors import closest


def check_panel(panel: Panel, file: FcsFile) -> tuple[Finding, ...]:
    """Lay a panel beside a file: QC-CHANNELS, QC-MARKERS, QC-CYTOMETER, QC-COMPENSATION and QC-FILE.

    Names and keywords are compared, and whether values are compensated. A channel that the panel needs and
    the file lacks fails, with the name it may have been; so does a channel whose $PnS names another marker of
    the panel (a swapped header).
    """
    return (
        _channels(panel, file), _markers(panel, file), _cytometer(panel, file),
        check_compensation(panel, file), _file(file),
    )  # fmt: skip


def _channels(panel: Panel, file: FcsFile) -> Finding:
    names = [channel.name for channel in file.channels]
    missing = [name for name in needed(panel) if find_channel(file, name) is None]
    told = [f"{name} ({closest(name, names) or 'nothing like it'})" for name in missing]
    if missing:
        message = f"the file lacks {', '.join(told)}; it has {', '.join(names)}"
        return Finding(check="QC-CHANNELS", verdict="fail", message=message, columns=tuple(missing))
    message = f"the file has all {len(needed(panel))} channels of the panel"
    return Finding(check="QC-CHANNELS", verdict="pass", message=message)


def _markers(panel: Panel, file: FcsFile) -> Finding:
    wrong: list[tuple[Stain, str]] = []
    odd: list[tuple[Stain, str]] = []
    for stain, label in _labelled(panel, file):
        if _names(stain, label):
            continue
        of_another = any(_names(other, label) for other in panel.stains if other is not stain)
        (wrong if of_another else odd).append((stain, label))
    if wrong:
        message = f"labels are swapped: {_told(wrong)}"
        return Finding(check="QC-MARKERS", verdict="fail", message=message, columns=_columns(wrong))
    if odd:
        message = f"{_told(odd)}; if it is the same marker, name it under `aliases`"
        return Finding(check="QC-MARKERS", verdict="warn", message=message, columns=_columns(odd))
    count = sum(1 for _ in _labelled(panel, file))
    message = f"{count} of {len(panel.stains)} channels carry a marker ($PnS), each as in the panel"
    return Finding(check="QC-MARKERS", verdict="pass", message=message)


def _told(pairs: list[tuple[Stain, str]]) -> str:
    return "; ".join(f"{s.channel} is {s.marker} in the panel, {label!r} in the file" for s, label in pairs)


def _columns(pairs: list[tuple[Stain, str]]) -> tuple[str, ...]:
    return tuple(stain.marker for stain, _ in pairs)


def _labelled(panel: Panel, file: FcsFile) -> Iterator[tuple[Stain, str]]:
    """Yield each stain with the marker its channel carries, where it carries one."""
    for stain in panel.stains:
        channel = find_channel(file, stain.channel)
        label = "" if channel is None else channel.marker
        if label and label != (channel.name if channel else "") and _words(label):
            yield stain, label


def _names(stain: Stain, label: str) -> bool:
    """Whether a label names a stain's marker: its words stand in the label one after the other."""
    words = _words(label)
    for name in (stain.marker, *stain.aliases):
        wanted = _words(name)
        size = len(wanted)
        if "".join(words) == "".join(wanted):
            return True
        if any(words[at : at + size] == wanted for at in range(len(words) - size + 1)):
            return True
    return bool(stain.fluorochrome) and _words(stain.fluorochrome) == words


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _cytometer(panel: Panel, file: FcsFile) -> Finding:
    stated = file.keywords.get("CYT", "")
    if panel.cytometer and panel.cytometer.casefold() not in stated.casefold():
        message = (
            f"the panel is for {panel.cytometer}, the file was written by {stated or 'an unnamed cytometer'}"
        )
        return Finding(check="QC-CYTOMETER", verdict="fail" if stated else "warn", message=message)
    return Finding(check="QC-CYTOMETER", verdict="pass", message=f"cytometer: {stated or 'not told'}")


def _file(file: FcsFile) -> Finding:
    notes = list(file.notes)
    if file.spill_fault is not None:
        notes.append(file.spill_fault.message)
    if notes:
        return Finding(check="QC-FILE", verdict="warn", message="; ".join(notes))
    return Finding(check="QC-FILE", verdict="pass", message=f"FCS {file.version}, nothing recovered")
