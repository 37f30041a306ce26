"""Photos: taken in as what they show and nothing else, and kept outside of the database."""

from photos.cleaning import PHOTO_BYTES_MAX, CleanPhoto, clean_photo
from photos.errors import (
    PhotoError,
    PhotoFault,
    PhotoRefusedError,
    PhotoStoreUnavailableError,
    PhotoUnknownError,
    TooManyPhotosError,
)
from photos.keeping import PHOTOS_MAX, get_photo, keep, photos_of
from photos.model import Photo, PhotoKind
from photos.previews import PREVIEW_SIDE_MAX, preview
from photos.stores import FolderStore, PhotoStore, S3Store, photo_key

__all__ = [
    "PHOTOS_MAX",
    "PHOTO_BYTES_MAX",
    "PREVIEW_SIDE_MAX",
    "CleanPhoto",
    "FolderStore",
    "Photo",
    "PhotoError",
    "PhotoFault",
    "PhotoKind",
    "PhotoRefusedError",
    "PhotoStore",
    "PhotoStoreUnavailableError",
    "PhotoUnknownError",
    "S3Store",
    "TooManyPhotosError",
    "clean_photo",
    "get_photo",
    "keep",
    "photo_key",
    "photos_of",
    "preview",
]
