"""The office's pages, bound together: every module of this room adds its own to this blueprint."""

from flask import Blueprint

blueprint = Blueprint("office", "web.pages.office", url_prefix="/office")
