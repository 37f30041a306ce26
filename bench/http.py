"""`POST /redemptions` under gunicorn beside a bare view, with 32 connections: requests a second, p50, p99, memory."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Row, insert, text
from sqlalchemy.orm import Session

import merchants
import people
from bench import racing
from bench.redeeming import code_text, hash_of_number
from bench.worlds import engine_of, settle_statistics
from payments import PaymentCode
from safeguards import PaymentLimits, set_payment_limits
from tests.postgres import free_port

WORKERS, CONNECTIONS = 2, 32
ROUNDS, ROUND_S, WARM_UP_S = 5, 4.0, 3.0
FLOOR = 0.35
# With every limit and the rules of the PIN switched on; and how much longer than the bare view the slowest may take.
GUARDED_FLOOR, GUARDED_P99_MAX = 0.3, 4.0
WORKER_MB_MAX = 150
_CODES = 40_000
_FIRST_CODE = 9_000_000_000
# Each limit is looked up and counted, and stops nobody.
_WIDE = PaymentLimits(
    per_payment=10**9,
    per_day=10**9,
    per_day_at_merchant=10**9,
    per_day_of_cashier=10**9,
    pin_above_amount=10**9,
    pin_above_count=10_000,
    duplicate_within_s=1,
)

# A request of one connection: the bytes to send.
Request = Callable[[], bytes]


def run(url: str) -> bool:
    """Measure both views in turn and print a line for the rate, and one for a worker's memory."""
    rates, waits, memory = _measured(url, first_code=_FIRST_CODE)
    fast_enough = _report_rate("http_redeem", rates, waits, FLOOR)
    small_enough = racing.report(
        case="worker_memory",
        db="postgresql",
        clients=CONNECTIONS,
        ours=memory,
        limit=WORKER_MB_MAX,
        ratio=WORKER_MB_MAX / memory,
        floor=1,
        unit="MB a worker",
    )
    return fast_enough and small_enough


def run_guarded(url: str) -> bool:
    """Measure both views in turn with all limits on payments set, wide enough that nothing is refused; then none."""
    _set_limits(url, _WIDE)
    rates, waits, _memory = _measured(url, first_code=_FIRST_CODE + _CODES)
    _set_limits(url, PaymentLimits())
    fast_enough = _report_rate("http_redeem_guarded", rates, waits, GUARDED_FLOOR)
    ours, bare = _percentiles(waits["ours"])["p99"], _percentiles(waits["limit"])["p99"]
    steady_enough = racing.report(
        case="http_redeem_guarded_p99",
        db="postgresql",
        clients=CONNECTIONS,
        ours=ours,
        limit=bare * GUARDED_P99_MAX,
        ratio=bare * GUARDED_P99_MAX / ours,
        floor=1,
        unit="ms, beside 4 times the bare view's",
    )
    return fast_enough and steady_enough


def _measured(url: str, *, first_code: int) -> tuple[dict[str, list[float]], dict[str, list[float]], float]:
    """Return rates and waits of both views, and a worker's megabytes after that."""
    keys = _till_keys(url)
    _make_codes(url, first_code)
    with TemporaryDirectory(prefix="pingan-bench-") as directory:
        port = free_port()
        server = serve(url, port, Path(directory))
        try:
            asyncio.run(until_it_answers(port))
            requests = {"limit": _bare_requests(port), "ours": _redemptions(port, keys, first_code)}
            for each in requests.values():
                asyncio.run(_load(port, each, WARM_UP_S))
            rates, waits = _race(port, requests)
            return rates, waits, _worker_mb(server.pid)
        finally:
            server.terminate()
            server.wait(30)


def _report_rate(case: str, rates: dict[str, list[float]], waits: dict[str, list[float]], floor: float) -> bool:
    ratio = statistics.median(mine / best for mine, best in zip(rates["ours"], rates["limit"], strict=True))
    return racing.report(
        case=case,
        db="postgresql",
        clients=CONNECTIONS,
        ours=statistics.median(rates["ours"]),
        limit=statistics.median(rates["limit"]),
        ratio=ratio,
        floor=floor,
        unit="requests/s",
        more={f"{name}_{part}_ms": value for name in rates for part, value in _percentiles(waits[name]).items()},
    )


def _set_limits(url: str, limits: PaymentLimits) -> None:
    with Session(engine_of(url)) as session:
        set_payment_limits(session, limits=limits, actor="bench", now=datetime.now(UTC))
        session.commit()


def _race(port: int, requests: dict[str, Request]) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    rates: dict[str, list[float]] = {name: [] for name in requests}
    waits: dict[str, list[float]] = {name: [] for name in requests}
    for _ in range(ROUNDS):
        for name, request in requests.items():
            waited = asyncio.run(_load(port, request, ROUND_S))
            rates[name].append(len(waited) / ROUND_S)
            waits[name] += waited
    return rates, waits


def _percentiles(waits: list[float]) -> dict[str, float]:
    ordered = sorted(waits)
    return {
        "p50": round(ordered[len(ordered) // 2] * 1000, 1),
        "p99": round(ordered[int(len(ordered) * 0.99)] * 1000, 1),
    }


def serve(url: str, port: int, instance: Path, app: str = "bench.http_server:app") -> subprocess.Popen[bytes]:
    """Start gunicorn with two workers on a database; whoever starts it ends it."""
    environ = os.environ | {
        "DATABASE_URL": url,
        "PORT": str(port),
        "WORKERS": str(WORKERS),
        "INSTANCE_DIR": str(instance),
        "REQUESTS_A_MINUTE": "1000000",
        "PROMETHEUS_MULTIPROC_DIR": str(instance),
    }
    arguments = ("-m", "gunicorn", "--config", "python:web.gunicorn_conf", app)
    return subprocess.Popen([sys.executable, *arguments], env=environ)


async def until_it_answers(port: int) -> None:
    """Wait until somebody listens at a port."""
    deadline = time.monotonic() + 30
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


async def _load(port: int, request: Request, seconds: float) -> list[float]:
    """Keep every connection busy for so long; return how long each answer took, in seconds."""
    end = time.perf_counter() + seconds
    waited: list[float] = []

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (begin := time.perf_counter()) < end:
            writer.write(request())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
                raise RuntimeError(head.decode() + body.decode())
            waited.append(time.perf_counter() - begin)
        writer.close()

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return waited


def _bare_requests(port: int) -> Request:
    asked = (f"POST /bare/post HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\n\r\n").encode()
    return lambda: asked


def _redemptions(port: int, keys: list[str], first_code: int) -> Request:
    numbers = count(first_code)

    def request() -> bytes:
        number = next(numbers)
        body = json.dumps({"code": code_text(number), "amount": 1, "order_no": str(number)})
        return (
            f"POST /api/v1/redemptions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {keys[number % len(keys)]}\r\nIdempotency-Key: {number}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    return request


def _till_keys(url: str) -> list[str]:
    now = datetime.now(UTC)
    with Session(engine_of(url)) as session:
        shops = merchants.list_merchants(session, limit=50)
        secrets = [
            people.create_key(session, role=people.Role.TILL, name=f"till{shop.code}", now=now, merchant_id=shop.id)[1]
            for shop in shops
        ]
        session.commit()
        return secrets


def _make_codes(url: str, first_code: int) -> None:
    engine = engine_of(url)
    now = datetime.now(UTC)
    with Session(engine) as session:
        payers = session.execute(text("SELECT id, available_account_id FROM residents")).all()
        session.execute(insert(PaymentCode), list(_codes(payers, now, first_code)))
        session.commit()
    settle_statistics(engine)


def _codes(payers: Sequence[Row[Any]], now: datetime, first_code: int) -> Iterator[dict[str, object]]:
    for place in range(_CODES):
        payer = payers[place % len(payers)]
        yield {
            "code_hash": hash_of_number(first_code + place),
            "resident_id": payer.id,
            "account_id": payer.available_account_id,
            "payer_masked": "王*",
            "created_at": now,
            "expires_at": now + timedelta(days=1),
        }


def _worker_mb(master: int) -> float:
    """Return the resident memory of the largest worker, as Linux counts it."""
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return max(_resident_kb(Path(f"/proc/{worker}/status")) for worker in workers) / 1024


def _resident_kb(status: Path) -> int:
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1])
