"""Signatures bound to what was signed."""
