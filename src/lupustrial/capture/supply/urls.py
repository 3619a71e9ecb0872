"""Addresses: allocation, kits and code breaks in the pages."""

from __future__ import annotations

from django.urls import path

from lupustrial.capture.supply import (
    _allocate_view,
    _break_view,
    _depot_view,
    _dispense_view,
    _move_view,
    _overview_view,
    _shipment_view,
    _stock_view,
    _unblinding_view,
)

urlpatterns = [
    path("supply", _overview_view.overview, name="supply"),
    path("supply/allocate/<participant>", _allocate_view.allocate, name="allocate"),
    path("supply/dispense/<participant>", _dispense_view.dispense, name="dispense"),
    path("supply/returns", _dispense_view.returns, name="returns"),
    path("supply/stock", _stock_view.stock_lines, name="stock"),
    path("supply/kits", _stock_view.kit_list, name="kits"),
    path("supply/kits/<slug:action>", _move_view.move, name="move-kits"),
    path("supply/shipments", _shipment_view.shipments, name="shipments"),
    path("supply/shipments/<number:number>", _shipment_view.shipment, name="shipment"),
    path("supply/release", _depot_view.release, name="release"),
    path("supply/resupply", _depot_view.resupply, name="resupply"),
    path("supply/accountability", _stock_view.accountability, name="accountability"),
    path("supply/code-break/<participant>", _break_view.code_break, name="code-break"),
    path("supply/answers", _break_view.sealed_answers, name="sealed-answers"),
    path("supply/answers/<number:number>", _break_view.sealed_answer, name="sealed-answer"),
    path("supply/unblindings", _unblinding_view.unblinding_list, name="unblindings"),
    path("supply/unblindings/report", _unblinding_view.report, name="report-unblinding"),
    path("supply/unblindings/<number:number>", _unblinding_view.unblinding, name="unblinding"),
    path("supply/unblindings/<number:number>/read", _unblinding_view.acknowledge, name="acknowledge"),
    path("supply/notices", _unblinding_view.notices, name="notices"),
]
