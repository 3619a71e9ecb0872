"""Randomise, blind, dispense and unblind so that nobody can cheat or peek.

``methods`` allocate, ``design`` says beforehand how well and how predictably, ``sealing`` makes and seals the
list, ``store`` allocates from it, unblinds and reveals, ``kits`` hands out what was packed, and ``vault`` is
the process that alone holds a key where arms are needed while the trial runs.
"""
