"""What stands for a number in an address."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import IntConverter


class NumberConverter(IntConverter):
    """A whole number that a database can hold: at most 15 digits. What is longer names nothing (404)."""

    regex = "[0-9]{1,15}"


register_converter(NumberConverter, "number")
