"""Frozen transforms: linear intensity to a display scale on which 0 to 1 spans the axis.

Formulas of Gating-ML 2.0 §6 (``flin``, ``flog``, ``fasinh``, ``logicle``), and FlowJo 10's biexponential
divided by its 4096 channels. Every parameter is stated in the panel; none is ever estimated from a file.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from lupustrial.cytometry._extra import need

Reals = NDArray[np.float64]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
_BIEX_CHANNELS = 4096


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Linear(_Frozen):
    """``(x + a) / (t + a)`` (Gating-ML 2.0 §6.2): t is the top of the scale, a what lies below zero."""

    kind: Literal["linear"] = "linear"
    t: Positive
    a: NotNegative

    @property
    def top(self) -> float:
        """The value that is shown at 1."""
        return self.t

    def exact(self, values: Reals) -> Reals:
        """Return the display values of linear values."""
        return (values + self.a) / (self.t + self.a)

    def inverse(self, shown: Reals) -> Reals:
        """Return the linear values of display values."""
        return shown * (self.t + self.a) - self.a


class Log(_Frozen):
    """``log10(x / t) / m + 1`` (Gating-ML 2.0 §6.3): m decades between 0 and 1.

    A logarithm of 0 or less does not exist: such values are shown at -1, below all others.
    """

    kind: Literal["log"] = "log"
    t: Positive
    m: Positive

    @property
    def top(self) -> float:
        """The value that is shown at 1."""
        return self.t

    def exact(self, values: Reals) -> Reals:
        """Return the display values of linear values."""
        lowest = self.t * 10.0 ** (-2 * self.m)
        shown: Reals = np.log10(np.maximum(values, lowest) / self.t) / self.m + 1
        return shown

    def inverse(self, shown: Reals) -> Reals:
        """Return the linear values of display values."""
        return np.asarray(self.t * 10.0 ** ((shown - 1) * self.m))


class Asinh(_Frozen):
    """``(asinh(x sinh(m ln 10) / t) + a ln 10) / ((m + a) ln 10)`` (Gating-ML 2.0 §6.4).

    A cofactor c of mass cytometry (``asinh(x / c)``) is ``t = c sinh(m ln 10)``, ``a = 0``.
    """

    kind: Literal["asinh"] = "asinh"
    t: Positive
    m: Positive
    a: NotNegative

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.a > self.m:
            raise ValueError("a must be between 0 and m")
        return self

    @property
    def top(self) -> float:
        """The value that is shown at 1."""
        return self.t

    def exact(self, values: Reals) -> Reals:
        """Return the display values of linear values."""
        ten = math.log(10)
        shown: Reals = (np.arcsinh(values * (math.sinh(self.m * ten) / self.t)) + self.a * ten) / (
            (self.m + self.a) * ten
        )
        return shown

    def inverse(self, shown: Reals) -> Reals:
        """Return the linear values of display values."""
        ten = math.log(10)
        return np.asarray(
            np.sinh(shown * (self.m + self.a) * ten - self.a * ten) * self.t / math.sinh(self.m * ten)
        )


class Logicle(_Frozen):
    """Logicle (Parks 2006; Moore and Parks 2012; Gating-ML 2.0 §6.5).

    t is the top of the scale, w the decades that are nearly linear, m all decades, a further negative ones.
    """

    kind: Literal["logicle"] = "logicle"
    t: Positive
    w: NotNegative
    m: Positive
    a: Finite

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.w > self.m / 2:
            raise ValueError("w must be between 0 and m / 2")
        if not -self.w <= self.a <= self.m - 2 * self.w:
            raise ValueError("a must be between -w and m - 2 w")
        return self

    @property
    def top(self) -> float:
        """The value that is shown at 1."""
        return self.t

    def exact(self, values: Reals) -> Reals:
        """Return the display values of linear values (flowutils, the authors' algorithm)."""
        return self._flowutils("logicle", values)

    def inverse(self, shown: Reals) -> Reals:
        """Return the linear values of display values."""
        return self._flowutils("logicle_inverse", shown)

    def _flowutils(self, name: str, values: Reals) -> Reals:
        function = getattr(need("flowutils.transforms"), name)
        return np.asarray(function(values, None, t=self.t, m=self.m, w=self.w, a=self.a), dtype=np.float64)


class Biex(_Frozen):
    """FlowJo 10's biexponential, by its own look-up table, divided by 4096; flat outside the table.

    positive and negative are FlowJo's decades, width its width basis (below 0), t the top of the scale.
    """

    kind: Literal["biex"] = "biex"
    t: Positive
    positive: Positive
    negative: NotNegative
    width: Annotated[float, Field(lt=-1, allow_inf_nan=False)]

    @property
    def top(self) -> float:
        """The value that is shown at 1."""
        return self.t

    def exact(self, values: Reals) -> Reals:
        """Return the display values of linear values (FlowKit's port of FlowJo's table)."""
        return np.asarray(self._flowjo().apply(values), dtype=np.float64) / _BIEX_CHANNELS

    def inverse(self, shown: Reals) -> Reals:
        """Return the linear values of display values."""
        return np.asarray(self._flowjo().inverse(shown * _BIEX_CHANNELS), dtype=np.float64)

    def _flowjo(self) -> Any:
        return need("flowkit").transforms.WSPBiexTransform(
            negative=self.negative, width=self.width, positive=self.positive, max_value=self.t
        )


Transform = Annotated[Linear | Log | Asinh | Logicle | Biex, Field(discriminator="kind")]
