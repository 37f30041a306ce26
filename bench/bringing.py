"""10,000 reports brought by Open311 to gunicorn with two workers: how many a second, and how long lists then take."""

import asyncio
import json
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from sqlalchemy.orm import Session

import people
import responsibilities
from bench import racing
from bench.http import serve, until_it_answers
from bench.worlds import engine_of, settle_statistics
from tests.postgres import free_port

REPORTS = 10_000
FLOOR_A_SECOND = 100
CONNECTIONS = 16
_LISTS = {"page_of_50": "page_size=50", "page_of_1000": "page_size=1000", "last_page": "page_size=50&page=200"}
_ROUNDS = 9


def run(url: str, count: int = REPORTS) -> bool:
    """Bring so many reports, each with a number of its own, and print one line."""
    key, services = _furnish(url)
    with TemporaryDirectory(prefix="pingan-bench-") as directory:
        port = free_port()
        server = serve(url, port, Path(directory), "wsgi:app")
        try:
            asyncio.run(until_it_answers(port))
            took_s = asyncio.run(_bring_all(port, _bodies(key, services, count)))
            settle_statistics(engine_of(url))
            waits = {f"{name}_ms": asyncio.run(_list(port, query)) for name, query in _LISTS.items()}
        finally:
            server.terminate()
            server.wait(30)
    rate = count / took_s
    return racing.report(
        case=f"open311_{count}",
        db="postgresql",
        clients=CONNECTIONS,
        ours=rate,
        limit=FLOOR_A_SECOND,
        ratio=rate / FLOOR_A_SECOND,
        floor=1,
        unit="reports/s",
        more=waits,
    )


def _furnish(url: str) -> tuple[str, list[str]]:
    """Load units and responsibilities; return a client's key and the codes that may be reported under."""
    now = datetime.now(UTC)
    with Session(engine_of(url)) as session:
        people.load_units(session, rows=people.packaged_units())
        responsibilities.publish_responsibilities(
            session, lines=responsibilities.packaged_responsibilities(), actor="system", now=now
        )
        _, secret = people.create_key(
            session, role=people.Role.OPEN311, name="Platform", now=now, rate_a_minute=1_000_000
        )
        codes = [each.code for each in responsibilities.categories(session) if each.parent_code and not each.is_private]
        session.commit()
    return secret, codes


def _bodies(key: str, services: list[str], count: int) -> Iterator[bytes]:
    for number in range(count):
        fields = {
            "api_key": key,
            "jurisdiction_id": "140881",
            "service_code": services[number % len(services)],
            "lat": 34.8 + number % 997 / 10_000,
            "long": 110.4 + number % 991 / 10_000,
            "description": f"井盖没了\n\n第 {number} 件\n\nhttps://reports.example/report/{number}",
            "first_name": "Li",
            "last_name": "Si",
            "email": "li.si@example.org",
            "attribute[fixmystreet_id]": number,
        }
        yield urlencode(fields).encode()


async def _bring_all(port: int, bodies: Iterator[bytes]) -> float:
    """Bring every report over connections that are kept busy; return how long it took, in seconds."""
    began = time.perf_counter()

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for body in bodies:
            head = (
                f"POST /open311/v2/requests.json HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            status, answer = await _answer(reader)
            if status != 201:
                raise RuntimeError(answer.decode())
        writer.close()

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return time.perf_counter() - began


async def _list(port: int, query: str) -> float:
    """Return how long a list takes by itself, in milliseconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    waits = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        writer.write(f"GET /open311/v2/requests.json?{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        status, answer = await _answer(reader)
        waits.append(time.perf_counter() - began)
        if status != 200 or not isinstance(json.loads(answer), list):
            raise RuntimeError(answer.decode())
    writer.close()
    return round(statistics.median(waits) * 1000, 1)


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return int(head.split()[1]), await reader.readexactly(length)
