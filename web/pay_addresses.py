"""Addresses that stand in QR images: where an order is paid, and the page behind the plaque on a shop's door."""

from uuid import UUID

from flask import request, url_for

from web.settings import current_settings


def pay_url(order_id: UUID) -> str:
    """Return the whole address at which an order is paid; it holds nothing but the order's random id."""
    return _whole(url_for("own_payments.order", order_id=order_id))


def plaque_url(code: str) -> str:
    """Return the whole address behind the plaque of the shop with this code."""
    return _whole(url_for("plaques.plaque", code=code))


def _whole(path: str) -> str:
    """Return a path of ours with where people reach us before it."""
    return (current_settings().public_url or request.host_url.rstrip("/")) + path
