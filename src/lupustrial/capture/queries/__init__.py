"""Queries, verification against source, freezes and locks."""
