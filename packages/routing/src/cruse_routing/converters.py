"""Define the converters that differ from Werkzeug's."""

from __future__ import annotations

from math import isfinite
from typing import Any

from werkzeug.routing import FloatConverter as WerkzeugFloatConverter
from werkzeug.routing import ValidationError


class FloatConverter(WerkzeugFloatConverter):
    """Werkzeug's `FloatConverter`, whose URLs lead back to the rule for every number.

    Very small and very large numbers are written in full, as it reads no exponent. What is no
    number, or infinite, has no URL.
    """

    def to_url(self, value: Any) -> str:
        """Return the number *value* as a URL has it.

        Raises:
            ValidationError: It is infinite or no number.
        """
        number = float(value)
        if not isfinite(number):
            raise ValidationError(f"{value!r} cannot stand in a URL: it is no finite number.")
        if number == 0 and not self.signed:
            return "0.0"
        text = super().to_url(value)
        if "e" not in text:
            return text
        from decimal import Decimal  # PERF: hardly any URL needs it (benchmarks/startup.py).

        text = f"{Decimal(text):f}"
        return text if "." in text else f"{text}.0"
