"""Published tables into a synthetic cohort at item level that reproduces them."""

from lupustrial.reconstruct._list import reconstructed_list
from lupustrial.reconstruct._printed import Statistic
from lupustrial.reconstruct._read import read_targets
from lupustrial.reconstruct._reconstruct import reconstruct
from lupustrial.reconstruct._targets import Target, Targets

__all__ = ["Statistic", "Target", "Targets", "read_targets", "reconstruct", "reconstructed_list"]
