"""Values in people's words: found in a text (``find_spans``) and read for a parameter (``read_quantity``).

``notation`` and ``numerals`` know numbers, ``phrases`` what a span says, ``units`` and ``relative`` what that is for a parameter.
"""

from tools.quantity.reading import Quantity, read_quantity
from tools.quantity.spans import Span, find_spans

__all__ = ["Quantity", "Span", "find_spans", "read_quantity"]
