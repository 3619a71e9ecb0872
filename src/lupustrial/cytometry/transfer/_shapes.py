"""The single shapes a region is made of, and the region with others in their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lupustrial.cytometry._regions import Every, Region


def shapes_of(region: Region) -> tuple[Region, ...]:
    """Return intervals, polygons and ellipses of a region, those that are taken out last."""
    if isinstance(region, Every):
        return tuple(shape for each in (*region.of, *region.out) for shape in shapes_of(each))
    return (region,)


def with_shapes(region: Region, shapes: Sequence[Region]) -> Region:
    """Return the region with `shapes` in place of its own, in the order of :func:`shapes_of`."""
    return _filled(region, iter(shapes))


def _filled(region: Region, shapes: Iterator[Region]) -> Region:
    if isinstance(region, Every):
        of = tuple(_filled(each, shapes) for each in region.of)
        return Every(of=of, out=tuple(_filled(each, shapes) for each in region.out))
    return next(shapes)
