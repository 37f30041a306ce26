"""`staff create`: the first people of an office, who then appoint the others on its pages."""

import click
from sqlalchemy.orm import Session

from merchants import merchant_by_code
from people import Role, appoint, issue_activation
from web.clock import now
from web.commands.refusing import RefusingGroup
from web.secret_keys import passwords
from web.unit_of_work import in_transaction

_BY_KEY_ONLY = {Role.RESIDENT, Role.OPEN311}

staff = RefusingGroup("staff", help="People who work with the scheme.")


@staff.named("create")
@click.option("--handle", required=True, help="The name they log in with.")
@click.option("--name", required=True, help="Their name.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role if role not in _BY_KEY_ONLY]))
@click.option("--unit", "unit_code", metavar="CODE", help="The subtree the role reaches; without it, the whole tree.")
@click.option("--merchant", "merchant_code", metavar="CODE", help="The shop, for merchant_owner and till.")
def create(handle: str, name: str, role: str, unit_code: str | None, merchant_code: str | None) -> None:
    """Appoint somebody and print the activation code with which they set their password within 72 hours."""

    def make(session: Session) -> str:
        at = now()
        person = appoint(
            session,
            handle=handle,
            name=name,
            role=Role(role),
            unit_code=unit_code,
            merchant_id=merchant_by_code(session, merchant_code).id if merchant_code else None,
            now=at,
        )
        return issue_activation(session, passwords=passwords(), person_id=person.id, now=at)

    click.echo(in_transaction(make))
