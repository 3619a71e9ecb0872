"""What the settings of a model mean, in words for a reader."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Covariances over the weeks by their names in ``analysis.yaml``.
STRUCTURES: Mapping[str, str] = MappingProxyType(
    {
        "us": "unstructured",
        "toep": "Toeplitz",
        "toeph": "heterogeneous Toeplitz",
        "ar1": "autoregressive",
        "arh1": "heterogeneous autoregressive",
        "cs": "compound symmetry",
        "csh": "heterogeneous compound symmetry",
        "ad": "ante-dependence",
        "adh": "heterogeneous ante-dependence",
    }
)
#: Degrees of freedom.
DF_METHODS: Mapping[str, str] = MappingProxyType(
    {"kenward_roger": "Kenward-Roger (linear)", "satterthwaite": "Satterthwaite"}
)
