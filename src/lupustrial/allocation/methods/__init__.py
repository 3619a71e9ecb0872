"""Methods of allocation and the generator that drives them: pure, exact, public.

Every method is the same machine: `Method.start` gives a state, `State.weights` the exact conditional
probabilities for the next participant as whole numbers, `State.choose` one draw from a `Stream`.
"""

from __future__ import annotations

from lupustrial.allocation.methods._adaptive import (
    Adaptive,
    AdaptiveState,
    DoublyAdaptive,
    PlayTheWinner,
)
from lupustrial.allocation.methods._blocks import BlocksState, PermutedBlocks
from lupustrial.allocation.methods._coin import BiasedCoin
from lupustrial.allocation.methods._method import Method, Profile, State
from lupustrial.allocation.methods._minimisation import Margin, Minimisation, MinimisationState
from lupustrial.allocation.methods._rule import SITE, allocate_list, list_label, method_of
from lupustrial.allocation.methods._simple import BigStick, Complete, Urn
from lupustrial.allocation.methods._strata import levels_of, profile_of, profiles_of, strata_of, stratum_of
from lupustrial.allocation.methods._stream import Stream

__all__ = [
    "SITE",
    "Adaptive",
    "AdaptiveState",
    "BiasedCoin",
    "BigStick",
    "BlocksState",
    "Complete",
    "DoublyAdaptive",
    "Margin",
    "Method",
    "Minimisation",
    "MinimisationState",
    "PermutedBlocks",
    "PlayTheWinner",
    "Profile",
    "State",
    "Stream",
    "Urn",
    "allocate_list",
    "levels_of",
    "list_label",
    "method_of",
    "profile_of",
    "profiles_of",
    "strata_of",
    "stratum_of",
]
