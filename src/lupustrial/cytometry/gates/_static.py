"""`static`: a region as the strategy gives it, the same in every tube."""

from __future__ import annotations

from typing import Any

from pydantic import field_validator

from lupustrial.cytometry._gate import Placed, Setting
from lupustrial.cytometry._regions import region_from
from lupustrial.cytometry.gates._registry import Parameters


class StaticParameters(Parameters):
    """Parameters of `static`: `region` in its plain form."""

    region: dict[str, Any]

    @field_validator("region")
    @classmethod
    def _is_region(cls, plain: dict[str, Any]) -> dict[str, Any]:
        try:
            return region_from(plain).as_plain()
        except KeyError as missing:
            raise ValueError(f"the region lacks {missing.args[0]}") from None
        except TypeError:
            raise ValueError("the region has a value of the wrong kind") from None

    def columns_used(self) -> tuple[str, ...]:
        """Return the columns of the region."""
        return region_from(self.region).columns


def place_static(setting: Setting, parameters: Any) -> Placed:
    """Return the region as it is given; confidence 1, since nothing was estimated."""
    del setting
    given: StaticParameters = parameters
    return Placed(region=region_from(given.region), confidence=1.0, reason="region of the strategy")
