"""Clouds of CD4 T cells with regulatory T cells, labelled as a reader labels them; every number in one place.

No adult tube with manual gates for regulatory T cells may be redistributed, so the cloud is made by chance.
What is known of real tubes (one donor, five wells, read by hand): 2.7 to 3.5 % of CD4 in the gate, its median
2.2 MAD above that of CD4 in CD25 and 2 MAD below in CD127, no valley towards the bulk, 4 % of the events in
no gate; replicate CV of the reader 9.5 %. MAD is the plain median absolute deviation.

Truth is the reader's gate: a polygon laid by eye, a little askew each time. It goes with gain and with the
place of the donor's conventional cells and half-way with the donor's regulatory cells, not with the share of
memory cells, though that moves median and MAD of CD4.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry import Polygon, Tube

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Display scale: asinh(intensity / WIDTH) / FULL spans 0 to 1 up to 262,144.
WIDTH = 150.0
FULL = float(np.arcsinh(262_144 / WIDTH))

#: The gate by eye, in MAD from the median of the bulk: (CD25, CD127).
EYE = ((1.5, -2.2), (2.4, -1.3), (9.0, -1.3), (9.0, -9.0), (1.5, -9.0))


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """What a tube's cloud is made of; spreads between donors, tubes and readings are standard deviations."""

    events: int = 15_000
    fraction: float = 0.03  # of CD4, research note section 8
    fraction_spread: float = 0.25  # of its logarithm, between donors
    shift: tuple[float, float] = (2.2, -2.0)  # MAD in CD25 and CD127, research note section 8
    shift_spread: float = 0.15  # MAD, between donors
    brightening: float = 1.0  # of CD25 on regulatory T cells, linear; interleukin-2 raises it
    expansion: float = 1.0  # of the fraction
    memory: float = 0.45  # of conventional CD4
    memory_spread: float = 0.10
    naive_to_memory: tuple[float, float] = (0.9, -0.35)  # standard deviations in CD25 and CD127
    bulk_centre: tuple[float, float] = (0.28, 0.52)  # display scale: dim and bright
    bulk_width: tuple[float, float] = (0.055, 0.05)  # display scale
    naive_ra: tuple[float, float] = (0.62, 0.05)  # CD45RA of naive cells, display scale: place and spread
    memory_ra: tuple[float, float] = (0.34, 0.07)  # of memory cells
    treg_memory: float = 0.75  # share of regulatory cells that are memory cells
    donor_spread: tuple[float, float] = (0.15, 0.25)  # of the bulk's place, in its standard deviations
    batch_gain: float = 0.30  # gains of a batch lie within 1 ± this, evenly
    tube_gain: float = 0.04  # of the logarithm, between tubes of a batch
    eye: float = 0.10  # MAD, the common shift of the corners from reading to reading
    eye_follows: float = 0.5  # share of a donor's own shift that the reader's gate goes along with
    ungated: float = 0.04  # of all events, nearest to the gate's edge outside it
    label_noise: float = 0.02  # of the gate's events, left out by the reader


@dataclass(frozen=True, kw_only=True, eq=False)
class Labelled:
    """A tube, its label for each event, the reader's polygon and the polygon without the reader's hand.

    `naive` are the events above a cut of CD45RA between its two peaks: what an anchor may be.
    """

    tube: Tube
    parent: Mask = field(repr=False)
    naive: Mask = field(repr=False)
    treg: Mask = field(repr=False)
    ungated: Mask = field(repr=False)
    drawn: Polygon
    straight: Polygon


def batch(seed: int, donors: int = 4, replicates: int = 3, **changes: float) -> list[list[Labelled]]:
    """Make the tubes of one batch, by donor and replicate; the first may serve as the reference."""
    cloud = Cloud(**changes)  # type: ignore[arg-type]  # tests name the fields
    random = np.random.default_rng(seed)
    gain = random.uniform(1 - cloud.batch_gain, 1 + cloud.batch_gain, 3)
    return [_donor(cloud, gain, random, replicates) for _ in range(donors)]


def _donor(cloud: Cloud, gain: Array, random: np.random.Generator, replicates: int) -> list[Labelled]:
    memory = float(np.clip(random.normal(cloud.memory, cloud.memory_spread), 0.1, 0.9))
    place = random.normal(0.0, cloud.donor_spread)
    shift = random.normal(cloud.shift, cloud.shift_spread)
    fraction = cloud.fraction * cloud.expansion * float(np.exp(random.normal(0.0, cloud.fraction_spread)))
    return [_tube(cloud, gain, random, memory, place, shift, fraction) for _ in range(replicates)]


def _tube(
    cloud: Cloud, gain: Array, random: np.random.Generator, memory: float, place: Array, shift: Array,
    fraction: float,
) -> Labelled:  # fmt: skip
    width = np.asarray(cloud.bulk_width)
    is_memory = random.random(cloud.events) < memory
    apart = np.asarray(cloud.naive_to_memory)
    raw = random.multivariate_normal((0.0, 0.0), ((1.0, 0.1), (0.1, 1.0)), cloud.events)
    raw += place + np.where(is_memory[:, None], apart / 2, -apart / 2)
    display = np.asarray(cloud.bulk_centre) + raw * width
    centre = np.asarray(cloud.bulk_centre) + place * width
    mad = cloud_mad(cloud)
    is_treg = random.random(cloud.events) < fraction
    own = random.normal((0.0, 0.0), (0.7, 0.6), (cloud.events, 2)) * width
    treg = centre + shift * mad + own
    treg[:, 0] = _shown(_linear(treg[:, 0]) * cloud.brightening)
    display = np.where(is_treg[:, None], treg, display)
    gains = gain * np.exp(random.normal(0.0, cloud.tube_gain, 3))
    is_memory = np.where(is_treg, random.random(cloud.events) < cloud.treg_memory, is_memory)
    ra = np.where(
        is_memory, *(random.normal(*each, cloud.events) for each in (cloud.memory_ra, cloud.naive_ra))
    )
    cut = _shown(_linear(np.asarray((cloud.naive_ra[0] + cloud.memory_ra[0]) / 2)) * gains[2])
    own_shift = cloud.eye_follows * (shift - np.asarray(cloud.shift))
    hand = random.normal(0.0, cloud.eye, 2) + own_shift
    polygons = [
        Polygon(
            x="CD25", y="CD127", vertices=tuple(_corner(point, centre, mad, gains, askew) for point in EYE)
        )
        for askew in (hand, own_shift)
    ]
    shown = np.column_stack([_shown(_linear(display[:, i]) * gains[i]) for i in (0, 1)])
    ra = _shown(_linear(ra) * gains[2])
    tube = Tube.of_columns("cloud", {"CD25": shown[:, 0], "CD127": shown[:, 1], "CD45RA": ra})
    treg_label = polygons[0].contains(tube)
    outside = np.flatnonzero(~treg_label)
    depth = _depth((display[outside] - centre) / mad - hand)
    ungated = np.zeros(cloud.events, dtype=np.bool_)
    ungated[outside[np.argsort(depth, kind="stable")[: round(cloud.ungated * cloud.events)]]] = True
    treg_label &= random.random(cloud.events) >= cloud.label_noise
    return Labelled(
        tube=tube, parent=np.ones(cloud.events, dtype=np.bool_), naive=np.asarray(ra > cut), treg=treg_label,
        ungated=ungated, drawn=polygons[0], straight=polygons[1],
    )  # fmt: skip


def cloud_mad(cloud: Cloud) -> Array:
    """Return the MAD of the bulk of a cloud as it is without spread between donors, by quadrature."""
    at = np.linspace(-6.0, 6.0, 4001)
    found = []
    for apart, width in zip(cloud.naive_to_memory, cloud.bulk_width, strict=True):
        parts = ((cloud.memory, apart / 2), (1 - cloud.memory, -apart / 2))
        density = np.sum([share * np.exp(-((at - where) ** 2) / 2) for share, where in parts], axis=0)
        total = np.cumsum(density) / np.sum(density)
        middle = at[np.searchsorted(total, 0.5)]
        apart_by = np.abs(at - middle)
        order = np.argsort(apart_by, kind="stable")
        found.append(
            apart_by[order][np.searchsorted(np.cumsum(density[order]) / np.sum(density), 0.5)] * width
        )
    return np.asarray(found)


def _corner(
    point: tuple[float, float], centre: Array, mad: Array, gains: Array, askew: Array
) -> tuple[float, float]:
    at = centre + (np.asarray(point) + askew) * mad
    x, y = (float(_shown(_linear(at[i]) * gains[i])) for i in (0, 1))
    return (x, y)


def _depth(units: Array) -> Array:
    """Return how far, in MAD, events lie outside the edges of the gate by eye."""
    edges = (EYE[0][0] - units[:, 0], units[:, 1] - EYE[1][1])
    slope = (EYE[0][0] - EYE[0][1] - (units[:, 0] - units[:, 1])) / np.sqrt(2)
    return np.asarray(np.maximum.reduce([*edges, slope]))


def _linear(display: Array) -> Array:
    return np.asarray(WIDTH * np.sinh(display * FULL))


def _shown(linear: Array) -> Array:
    return np.asarray(np.arcsinh(linear / WIDTH) / FULL)


def by_median_and_mad(reference: Labelled, other: Labelled) -> Polygon:
    """Return the reference's polygon, each column moved by the median and stretched by the MAD of all CD4."""
    corners = np.asarray(reference.drawn.vertices)
    moved = []
    for i, column in enumerate((reference.drawn.x, reference.drawn.y)):
        (here, width), (there, other_width) = (
            _middle(each.tube.column(column).astype(np.float64)) for each in (reference, other)
        )
        moved.append((corners[:, i] - here) / width * other_width + there)
    vertices = tuple((float(x), float(y)) for x, y in zip(*moved, strict=True))
    return Polygon(x=reference.drawn.x, y=reference.drawn.y, vertices=vertices)


def _middle(values: Array) -> tuple[float, float]:
    middle = float(np.median(values))
    return middle, float(np.median(np.abs(values - middle)))
