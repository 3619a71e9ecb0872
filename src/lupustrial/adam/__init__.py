"""SDTM tables as ADaM datasets: ADSL, parameters by visit with baseline, responders and imputation, ADAE.

`derive` makes every dataset; `walk` leads from a row back to the source records; `instrument_frame` gives the
frame that an instrument of the study reads; `INTAKES` is the table of drug frequencies.
"""

from lupustrial.adam._derive import BDS, derive, instrument_frame
from lupustrial.adam._dose import INTAKES
from lupustrial.adam._lineage import Node, walk

__all__ = ["BDS", "INTAKES", "Node", "derive", "instrument_frame", "walk"]
