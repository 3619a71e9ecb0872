"""Kits: packed for slots, never for arms; released, shipped, handed out, counted, reconciled, resupplied."""

from lupustrial.allocation.kits._accounts import Account, Difference, Reconciliation, accounts, reconcile
from lupustrial.allocation.kits._demand import Due, Recruits, observed_rates, poisson_quantile, recruits
from lupustrial.allocation.kits._dispense import Dispensed, dispense, next_kit, return_kit
from lupustrial.allocation.kits._dispensing import Request, last_dose, unfit
from lupustrial.allocation.kits._injections import Injection, read_injections
from lupustrial.allocation.kits._kit import Kit, Shipment, State
from lupustrial.allocation.kits._labels import Label, label_gaps, labels, presentation
from lupustrial.allocation.kits._pack import pack
from lupustrial.allocation.kits._quarantine import destroy, lift, quarantine
from lupustrial.allocation.kits._release import read_release, release
from lupustrial.allocation.kits._resupply import Need, Resupply, predict, warn_central
from lupustrial.allocation.kits._rows import read_kits, read_shipments
from lupustrial.allocation.kits._scan import printed, read_number, require_known, scanned
from lupustrial.allocation.kits._sheet import label_pages, label_sheet
from lupustrial.allocation.kits._ship import Received, excursion, find, receive, ship
from lupustrial.allocation.kits._slots import Place, read_places
from lupustrial.allocation.kits._stock import Expiring, StockLine, expiring, stock
from lupustrial.allocation.kits._tables import create_kits
from lupustrial.allocation.kits._transitions import FROM, Action, refused
from lupustrial.allocation.kits._verify import rebuild, verify_kits
from lupustrial.allocation.kits._waves import Released

__all__ = [
    "FROM",
    "Account",
    "Action",
    "Difference",
    "Dispensed",
    "Due",
    "Expiring",
    "Injection",
    "Kit",
    "Label",
    "Need",
    "Place",
    "Received",
    "Reconciliation",
    "Recruits",
    "Released",
    "Request",
    "Resupply",
    "Shipment",
    "State",
    "StockLine",
    "accounts",
    "create_kits",
    "destroy",
    "dispense",
    "excursion",
    "expiring",
    "find",
    "label_gaps",
    "label_pages",
    "label_sheet",
    "labels",
    "last_dose",
    "lift",
    "next_kit",
    "observed_rates",
    "pack",
    "poisson_quantile",
    "predict",
    "presentation",
    "printed",
    "quarantine",
    "read_injections",
    "read_kits",
    "read_number",
    "read_places",
    "read_release",
    "read_shipments",
    "rebuild",
    "receive",
    "reconcile",
    "recruits",
    "refused",
    "release",
    "require_known",
    "return_kit",
    "scanned",
    "ship",
    "stock",
    "unfit",
    "verify_kits",
    "warn_central",
]
