"""The fixture of a trial whose kits are in stock."""

from supply_site import supplied

__all__ = ["supplied"]
