"""Servers and databases killed while tills are busy: what was answered is in the books, once, and nothing by half."""

import time
from random import Random

import pytest

from tests.postgres import PostgresServer
from tests.soak.conftest import Say
from tests.soak.proofs import assert_books_hold_what_was_told
from tests.soak.serving import Installation, Server
from tests.soak.tills import Load
from tests.soak.towns import build_town

pytestmark = [pytest.mark.soak, pytest.mark.alone]

ORDERS = 2_000
KILLS_OF_SERVER = 5
KILLS_OF_DATABASE = 2
AWAY_S = 1.5
RECOVERY_S_MAX = 10.0
WORKER_MB_MAX = 150


def moments(kills: int, chance: Random) -> list[int]:
    """Return after how many paid orders to kill: once in each of so many equal parts, the last before the end."""
    part = int(ORDERS * 0.95) // kills
    return [part * number + chance.randrange(part // 10, part) for number in range(kills)]


def figures(load: Load, began: float, server: Server) -> str:
    """Return what the clerks met, how long it took, and how much memory a worker had taken, in words."""
    met = ", ".join(f"{number} {what}" for what, number in sorted(load.counts.items()) if number)
    took_s = time.monotonic() - began
    return f"{load.orders} payments in {took_s:.1f} s; {met}; {server.worker_mb_max():.0f} MB a worker at most"


def test_a_server_killed_while_tills_pay_loses_nothing_and_books_nothing_twice(
    installation: Installation, say: Say
) -> None:
    town, chance = build_town(installation.url), Random()
    load = Load(town, installation.port, ORDERS, seed=1)
    with Server(installation) as server:
        began = time.monotonic()
        with load.running():
            for orders in moments(KILLS_OF_SERVER, chance):
                load.wait_until_paid(orders)
                time.sleep(chance.uniform(0, 0.02))
                server.kill()
                server.start()
        say(f"{KILLS_OF_SERVER} kills; {figures(load, began, server)}")
        assert load.counts["answers lost"] >= KILLS_OF_SERVER
        assert_books_hold_what_was_told(installation, town, load.told, ORDERS)
        assert server.worker_mb_max() < WORKER_MB_MAX


def test_a_database_killed_while_tills_pay_is_said_to_be_away_and_the_server_recovers_by_itself(
    durable_postgres: PostgresServer, on_postgres: Installation, say: Say
) -> None:
    town, chance = build_town(on_postgres.url), Random()
    load = Load(town, on_postgres.port, ORDERS, seed=2)
    with Server(on_postgres) as server:
        workers, began, longest_s = server.workers, time.monotonic(), 0.0
        with load.running():
            for orders in moments(KILLS_OF_DATABASE, chance):
                load.wait_until_paid(orders)
                durable_postgres.kill_immediate()
                end = time.monotonic() + AWAY_S
                while time.monotonic() < end:
                    assert server.readiness() == 503
                    time.sleep(0.1)
                durable_postgres.start()
                back = time.monotonic()
                server.wait_until_ready()
                longest_s = max(longest_s, time.monotonic() - back)
        say(f"{KILLS_OF_DATABASE} kills; ready {longest_s:.2f} s after the database; {figures(load, began, server)}")
        assert load.counts["asked to try again"] >= KILLS_OF_DATABASE
        # The server lost no request for it, and no worker.
        assert load.counts["answers lost"] == 0
        assert server.workers == workers
        assert longest_s < RECOVERY_S_MAX
        assert_books_hold_what_was_told(on_postgres, town, load.told, ORDERS)
        assert server.worker_mb_max() < WORKER_MB_MAX
