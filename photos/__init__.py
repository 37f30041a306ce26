"""Photos: taken in as what they show and nothing else, and kept outside of the database."""

from photos.cleaning import PHOTO_BYTES_MAX, CleanPhoto, clean_photo
from photos.covering import BOXES_MAX, WHOLE, Box, check_boxes, cover
from photos.errors import (
    BoxError,
    PhotoError,
    PhotoFault,
    PhotoRefusedError,
    PhotoStoreUnavailableError,
    PhotoUnknownError,
    TooManyPhotosError,
)
from photos.keeping import PHOTOS_MAX, forget, get_photo, keep, photos_of
from photos.model import Photo, PhotoKind, PhotoSetAside
from photos.previews import PREVIEW_SIDE_MAX, preview
from photos.setting_aside import forget_set_aside, photos_set_aside, set_aside
from photos.stores import FolderStore, PhotoStore, open_s3_store, photo_key

__all__ = [
    "BOXES_MAX",
    "PHOTOS_MAX",
    "PHOTO_BYTES_MAX",
    "PREVIEW_SIDE_MAX",
    "WHOLE",
    "Box",
    "BoxError",
    "CleanPhoto",
    "FolderStore",
    "Photo",
    "PhotoError",
    "PhotoFault",
    "PhotoKind",
    "PhotoRefusedError",
    "PhotoSetAside",
    "PhotoStore",
    "PhotoStoreUnavailableError",
    "PhotoUnknownError",
    "TooManyPhotosError",
    "check_boxes",
    "clean_photo",
    "cover",
    "forget",
    "forget_set_aside",
    "get_photo",
    "keep",
    "open_s3_store",
    "photo_key",
    "photos_of",
    "photos_set_aside",
    "preview",
    "set_aside",
]
