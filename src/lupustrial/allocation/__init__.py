"""Randomise, blind, dispense and unblind so that nobody can cheat or peek."""
