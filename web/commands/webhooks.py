"""`webhooks send`: what happened at shops is told to their programs, at once where it runs all the time."""

from datetime import datetime
from time import sleep

import click

from payments import expire_orders
from web.clock import now
from web.commands.refusing import RefusingGroup
from web.unit_of_work import DatabaseUnavailableError, in_transaction
from web.webhook_sending import SentWebhooks, send_webhooks

webhooks = RefusingGroup("webhooks", help="Messages to the programs of shops.")


@webhooks.named("send")
@click.option("--every", type=click.FloatRange(min=0.5, max=3_600), help="Go on, and look again after so many seconds.")
def send(*, every: float | None) -> None:
    """Send what is due, once, or with --every until it is stopped; any number may run, side by side with the jobs."""
    while every is not None:
        try:
            told = _sent()
        except DatabaseUnavailableError:
            told = "the database is away; looking again"
        if told:
            click.echo(told)
        sleep(every)
    click.echo(_sent() or webhooks_told(SentWebhooks()))


def webhooks_told(sent: SentWebhooks) -> str:
    """Return in one line what a run did."""
    return f"messages to shops: {sent.made} new, {sent.taken} taken, {sent.failed} to be tried again or given up"


def expire_all_orders(at: datetime) -> int:
    """Write down that the time of orders is over; until then they are shown as if it were."""
    count = 0
    while found := in_transaction(lambda session: expire_orders(session, now=at)):
        count += found
    return count


def _sent() -> str:
    """Send what is due; return in one line what was done, nothing where there was nothing to do."""
    # An order that nobody paid in time is an outcome as well.
    expire_all_orders(now())
    sent = send_webhooks()
    return webhooks_told(sent) if sent != SentWebhooks() else ""
