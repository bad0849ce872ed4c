"""The parameters of a request, each once and of bounded length."""

from __future__ import annotations

from fastapi import Request
from starlette.exceptions import HTTPException

from mgi_graph.errors import ParameterError
from mgi_graph.web.protocol import Refusal, read_pairs

LONGEST_NAME = 100
"""The most characters of a name that a message repeats."""

LONGEST_VALUE = 2000
"""The most characters that the value of a parameter may have."""


def read_parameters(request: Request) -> dict[str, str]:
    """The parameters in the query of a request.

    Raises:
        HTTPException: they are not URL-encoded UTF-8.
        ParameterError: one stands twice, or is too long.
    """
    try:
        pairs = read_pairs(request.scope["query_string"])
    except Refusal as refusal:
        raise HTTPException(refusal.status, str(refusal)) from None
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in given:
            raise ParameterError(f"Parameter {name[:LONGEST_NAME]!r} is given twice.", "Give it once.")
        if len(value) > LONGEST_VALUE:
            raise ParameterError(f"Parameter {name[:LONGEST_NAME]!r} has more than {LONGEST_VALUE} characters.")
        given[name] = value
    return given
