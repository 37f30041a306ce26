"""Where the demo meets the application: its keys, its clock, its one transaction, and a bar that shows it grow."""

import sys

import click
from sqlalchemy.orm import Session

from demo import DemoRefusedError, DemoSize, build_demo, is_unused
from photos import PhotoStore
from web.clock import now
from web.photo_uploads import keeping_with
from web.sealing import seal_everything
from web.secret_keys import passwords, payment_code_secret, phone_vault
from web.unit_of_work import reading


def is_empty(session: Session) -> bool:
    """Say whether there are neither residents nor merchants nor entries yet."""
    return is_unused(session, vault=phone_vault())


def load_demo(size: DemoSize | None = None) -> None:
    """Load the demo in one transaction, so that whoever is interrupted begins anew, and seal it: a minute and a half.

    Raises:
        DemoRefusedError: there are residents, merchants or entries.
    """
    # Asked here so that nothing is announced that is then refused, and again in the transaction.
    if not reading(is_empty):
        raise DemoRefusedError
    size, at = size or DemoSize(), now()
    # Where nobody looks, only the label is written.
    with click.progressbar(length=size.entries, label="Loading the demo", file=sys.stderr) as bar:

        def build(session: Session, store: PhotoStore) -> None:
            build_demo(
                session,
                now=at,
                photo_store=store,
                vault=phone_vault(),
                passwords=passwords(),
                code_secret=payment_code_secret(),
                size=size,
                progress=lambda entries: bar.update(entries - bar.pos),
            )

        keeping_with(build)
    # A newcomer finds a sealed book.
    seal_everything(now())
