"""A template: the gate of a reference tube that a reader drew, and the ground it stands on."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from lupustrial.cytometry._gate import Gated, Setting, hash_of
from lupustrial.cytometry._regions import Region, region_from
from lupustrial.cytometry.transfer._fit import Prior, prior_from
from lupustrial.cytometry.transfer._ground import Ground, ground_from, ground_of
from lupustrial.cytometry.transfer._shapes import shapes_of
from lupustrial.errors import CytometryError, Fault

RestsOn = Literal["rest", "whole"]

#: Form of the file; another number cannot be read.
FORMAT = 1
#: Fewest events of the reference's parent, and of its rest, on which a gate can be aligned.
FEWEST = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class Template:
    """A gate of a reference tube, ready to be laid on other tubes.

    Attributes:
        population: The population it gates.
        region: Where the reader drew it, in display scale.
        reference: SHA-256 of the reference's file; empty where it was made from columns.
        anchor: Population of the same tube whose events carry the alignment in place of the parent's.
        rests_on: ``rest``: the gated population never counts in the alignment (for a rare population, or one
            that may grow or brighten); ``whole``: it does (for a main part of its parent).
        grounds: One for each shape of the region.
        priors: What is expected of each alignment; narrower after :func:`borrow`.
        parent_events: Events of the reference's parent.
        inside_events: Events of the reference in the gate.
    """

    population: str
    region: Region
    reference: str
    anchor: str | None
    rests_on: RestsOn
    grounds: tuple[Ground, ...]
    priors: tuple[Prior, ...]
    parent_events: int
    inside_events: int

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return self.region.columns

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON, without its hash."""
        return {
            "format": FORMAT, "population": self.population, "region": self.region.as_plain(),
            "reference": self.reference, "anchor": self.anchor, "rests_on": self.rests_on,
            "grounds": [ground.as_plain() for ground in self.grounds],
            "priors": [prior.as_plain() for prior in self.priors],
            "parent_events": self.parent_events, "inside_events": self.inside_events,
        }  # fmt: skip

    @property
    def hash(self) -> str:
        """SHA-256 of the plain form."""
        return hash_of(self.as_plain())

    def with_priors(self, priors: tuple[Prior, ...]) -> Template:
        """Return it with other priors, and so another hash."""
        return replace(self, priors=tuple(prior_from(prior.as_plain()) for prior in priors))


def make_template(
    setting: Setting,
    region: Region,
    *,
    population: str,
    anchor: str | None = None,
    rests_on: RestsOn = "rest",
    hold: tuple[str, ...] = (),
) -> Template:
    """Make a template of a gate that a reader drew in a reference tube.

    Args:
        setting: The reference tube with the events of the gate's parent.
        region: The gate, in the display scale of the tube.
        population: Name of the population.
        anchor: Population whose events carry the alignment (naive CD4 T cells for a gate of regulatory T
            cells); the parent where it is left out. It must be gated in every other tube too.
        rests_on: See :class:`Template`.
        hold: Columns in which the gate stays where the reference has it: those in which the rest of the
            parent moves by biology (CD8 on NK cells), not by staining.

    Raises:
        CytometryError: CYTO-001 the tube lacks a column of the region; CYTO-055 the parent (or anchor) has
            fewer than 200 events, or fewer than 200 lie outside the gate, or none lies inside.
    """
    ground_events = setting.parent if anchor is None else setting.populations[anchor]
    inside = setting.parent & region.contains(setting.tube)
    whole = rests_on == "whole"
    rest = ground_events if whole else ground_events & ~inside
    counts = (int(np.count_nonzero(each)) for each in (setting.parent, rest, inside))
    _check(setting.tube.name, population, *counts)
    grounds = tuple(
        ground_of(
            _values(setting, shape.columns, ground_events), inside[ground_events], shape.columns,
            None if whole else shape,
        )
        for shape in shapes_of(region)
    )  # fmt: skip
    made = Template(
        population=population, region=region, reference=setting.tube.sha256, anchor=anchor, rests_on=rests_on,
        grounds=grounds, priors=tuple(Prior.usual(ground.columns, hold) for ground in grounds),
        parent_events=int(np.count_nonzero(setting.parent)), inside_events=int(np.count_nonzero(inside)),
    )  # fmt: skip
    # as it will be read from its file: a gate must not depend on whether the template was saved
    return template_from(made.as_plain())


def template_of_gated(
    gated: Gated,
    population: str,
    *,
    anchor: str | None = None,
    rests_on: RestsOn = "rest",
    hold: tuple[str, ...] = (),
) -> Template:
    """Make a template of a population of a reference tube that was gated (and perhaps corrected by a reader).

    Raises:
        KeyError: The tube has no such population, or no such anchor.
        CytometryError: as :func:`make_template`.
    """
    gate = gated.gate(population)
    events = {each.population: each.inside for each in gated.gates}
    everything = np.ones(len(gated.tube), dtype=np.bool_)
    parent = everything if gate.parent is None else events[gate.parent]
    setting = Setting(tube=gated.tube, parent=parent, populations=events)
    return make_template(
        setting, gate.placed.region, population=population, anchor=anchor, rests_on=rests_on, hold=hold
    )


def write_template(template: Template, path: Path) -> None:
    """Write a template with its hash as JSON; the same template gives the same bytes."""
    plain = {"hash": template.hash, **template.as_plain()}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    Path(path).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_template(path: Path) -> Template:
    """Read a template that was written by :func:`write_template`.

    Raises:
        CytometryError: CYTO-056 the file is no template; CYTO-057 its content is not what was hashed.
    """
    try:
        plain = json.loads(Path(path).read_bytes().decode("utf-8"))
        template = template_from(plain)
        found = template.hash
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        message = f"the file is no template ({type(error).__name__}: {error})"
        hint = "give a file that write_template wrote, of this version"
        raise CytometryError(Fault(id="CYTO-056", message=message, place=str(path), hint=hint)) from None
    if found != plain.get("hash"):
        message = f"its content has the hash {found}, not {plain.get('hash')} as written in it"
        hint = "make it again from the reference tube"
        raise CytometryError(Fault(id="CYTO-057", message=message, place=str(path), hint=hint))
    return template


def template_from(plain: dict[str, Any]) -> Template:
    """Return the template of a plain form; KeyError, TypeError or ValueError where it is none."""
    if plain["format"] != FORMAT:
        raise ValueError(f"its format is {plain['format']}, not {FORMAT}")
    region = region_from(plain["region"])
    shapes = shapes_of(region)
    whole = plain["rests_on"] == "whole"
    return Template(
        population=plain["population"], region=region, reference=plain["reference"], anchor=plain["anchor"],
        rests_on=plain["rests_on"],
        grounds=tuple(
            ground_from(each, None if whole else shape)
            for each, shape in zip(plain["grounds"], shapes, strict=True)
        ),
        priors=tuple(prior_from(each) for each in plain["priors"]),
        parent_events=plain["parent_events"], inside_events=plain["inside_events"],
    )  # fmt: skip


def _values(setting: Setting, columns: tuple[str, ...], events: np.ndarray[Any, Any]) -> Any:
    return np.column_stack([setting.tube.column(name)[events] for name in columns]).astype(np.float64)


def _check(name: str, population: str, parent: int, rest: int, inside: int) -> None:
    wrong = (
        (parent < FEWEST, f"its parent has {parent} events"),
        (rest < FEWEST <= parent, f"{rest} events lie outside the gate"),
        (inside == 0, "no event lies in the gate"),
    )
    messages = [text for found, text in wrong if found]
    if messages:
        raise CytometryError(
            Fault(
                id="CYTO-055",
                message=f"{population} cannot be made a template: {', '.join(messages)}",
                place=name,
                hint=f"choose a reference with at least {FEWEST} events in the parent and outside the gate; "
                "for a population that fills its parent, say rests_on='whole'",
            )
        )
