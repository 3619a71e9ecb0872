"""Allocation, kits and code breaks in the pages."""
