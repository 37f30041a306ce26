"""A resident's own pages, bound together: every module of theirs adds its own to this blueprint."""

from flask import Blueprint

blueprint = Blueprint("resident", "web.pages.resident", url_prefix="/me")
