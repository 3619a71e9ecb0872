"""The columns of the two tables of results; their meaning and units in docs/cytometry/results.md."""

from __future__ import annotations

import dataframely as dy


class Results(dy.Schema):
    """One row a file and population; percentages are of 100, nothing is ever not-a-number."""

    file_sha256 = dy.String(primary_key=True)
    population = dy.String(primary_key=True)
    parent = dy.String(nullable=True)
    count = dy.Int64(nullable=True, min=0)
    parent_count = dy.Int64(nullable=True, min=0)
    percent_parent = dy.Float64(nullable=True, min=0, max=100)
    wilson_low = dy.Float64(nullable=True, min=0, max=100)
    wilson_high = dy.Float64(nullable=True, min=0, max=100)
    jitter_low = dy.Float64(nullable=True, min=0, max=100)
    jitter_high = dy.Float64(nullable=True, min=0, max=100)
    percent_lymphocytes = dy.Float64(nullable=True, min=0, max=100)
    per_ul = dy.Float64(nullable=True, min=0)
    lod = dy.Float64(nullable=True, min=0)
    loq = dy.Float64(nullable=True, min=0)
    verdict = dy.String(regex="^(pass|warn|fail)$")
    flags = dy.String()
    confidence = dy.Float64(nullable=True, min=0, max=1)
    lowest_confidence = dy.Float64(nullable=True, min=0, max=1)
    method = dy.String(nullable=True)
    reason = dy.String()
    strategy = dy.String()
    gate_hash = dy.String()


class Intensities(dy.Schema):
    """One row a file, population and stain: the median of its compensated linear values."""

    file_sha256 = dy.String(primary_key=True)
    population = dy.String(primary_key=True)
    stain = dy.String(primary_key=True)
    median = dy.Float64()
    events = dy.Int64(min=1)
    gate_hash = dy.String()
