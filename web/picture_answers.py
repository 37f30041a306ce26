"""Answers that are a stored photo: whatever a browser makes of the bytes, it can only be a picture."""

from uuid import UUID

from flask import Response

from photos import PhotoUnknownError


def jpeg_answer(data: bytes | None, photo_id: UUID) -> Response:
    """Return a photo as an answer that nothing but a picture can be made of, and that no cache keeps for others.

    Raises:
        PhotoUnknownError: the store has no such picture.
    """
    if data is None:
        raise PhotoUnknownError(photo_id)
    return Response(
        data,
        mimetype="image/jpeg",
        headers={
            "Content-Disposition": "inline; filename=photo.jpg",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            # A photo never changes; what may be seen by its reporter alone is kept by their browser alone.
            "Cache-Control": "private, max-age=3600",
        },
    )
