"""Scores of instruments at entry."""
