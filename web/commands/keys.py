"""`keys create | list | revoke`: the keys of tills and other systems."""

from uuid import UUID

import click
from sqlalchemy.orm import Session

from merchants import merchant_by_code, merchants_by_id
from people import KeyListing, Role, create_key, list_keys, resident_by_number, revoke_key
from web.clock import now
from web.commands.refusing import RefusingGroup
from web.json_format import instant_text
from web.unit_of_work import in_transaction, reading

keys = RefusingGroup("keys", help="The keys of tills and other systems.")


@keys.named("create")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--name", required=True, help="Who bears it; keys of one name are one person.")
@click.option("--resident", "resident_number", metavar="NUMBER", help="Whose key it is, for the role resident.")
@click.option("--merchant", "merchant_code", metavar="CODE", help="The shop, for merchant_owner and till.")
@click.option("--unit", "unit_code", metavar="CODE", help="The subtree it reaches; without it, the whole tree.")
@click.option("--rate", type=int, metavar="N", help="Requests a minute.")
def create(
    *,
    role: str,
    name: str,
    resident_number: str | None,
    merchant_code: str | None,
    unit_code: str | None,
    rate: int | None,
) -> None:
    """Make a key and print it, once and alone."""

    def make(session: Session) -> str:
        _, secret = create_key(
            session,
            role=Role(role),
            name=name,
            now=now(),
            unit_code=unit_code,
            merchant_id=merchant_by_code(session, merchant_code).id if merchant_code else None,
            resident_id=resident_by_number(session, resident_number).id if resident_number else None,
            rate_a_minute=rate,
        )
        return secret

    click.echo(in_transaction(make))


@keys.named("list")
def list_all() -> None:
    """List all keys, newest first: id, role, place, since when, until when, name."""

    def read(session: Session) -> tuple[list[KeyListing], dict[UUID, str]]:
        found = list_keys(session)
        shops = merchants_by_id(session, {key.merchant_id for key in found if key.merchant_id is not None})
        return found, {shop_id: shop.code for shop_id, shop in shops.items()}

    found, shops = reading(read)
    for key in found:
        shop = None if key.merchant_id is None else shops.get(key.merchant_id)
        place = key.unit_code or shop or key.resident_number or "-"
        revoked = "-" if key.revoked_at is None else instant_text(key.revoked_at)
        click.echo("\t".join((str(key.id), key.role, place, instant_text(key.created_at), revoked, key.name)))


@keys.named("revoke")
@click.argument("key_id", type=click.UUID)
def revoke(key_id: UUID) -> None:
    """End the key with this id; `keys list` tells the ids."""
    in_transaction(lambda session: revoke_key(session, key_id=key_id, now=now()))
    click.echo("The key is revoked.")
