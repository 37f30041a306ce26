"""Answers that are written while they are read: in pieces worth sending, and given up with the caller."""

from collections.abc import Generator, Iterable
from itertools import chain
from typing import TypeVar

from flask import Response, stream_with_context

Piece = TypeVar("Piece", str, bytes)

_PIECE_LENGTH = 32_768


def joined(pieces: Iterable[Piece], empty: Piece) -> Generator[Piece]:
    """Join small pieces to larger ones."""
    held: list[Piece] = []
    length = 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length >= _PIECE_LENGTH:
            yield empty.join(held)
            held, length = [], 0
    if length:
        yield empty.join(held)


def streamed(pieces: Generator[Piece], *, content_type: str) -> Response:
    """Return an answer that streams these pieces; what they hold open ends with it, read to its end or not.

    The first piece is made here: what is refused, or a database that is away, is told by the status and not by a broken
    answer. What fails later breaks the answer off.
    """
    first = next(pieces)
    response = Response(stream_with_context(chain([first], pieces)), content_type=content_type)
    # Closing the answer would not reach what a caller who left never began to read.
    response.call_on_close(pieces.close)
    return response
