"""Rate limits that all workers share: permits of a fixed window, counted in the database and taken in leases."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from people.model import RateWindow

# A lease is at most this part of what is left, so that it shrinks to single permits before the limit.
_LEASE_PART = 8
_LEASE_MAX = 64
_BUCKETS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Permits:
    """Permits granted until the window ends in `retry_after_s` seconds; none granted: the window is exhausted."""

    granted: int
    retry_after_s: int


# One statement on both databases. Within SET, `taken` still is what it was before.
_TAKE = text(
    """
    INSERT INTO rate_windows (bucket, starts_at_s, ends_at_s, taken, lately_taken)
    VALUES (:bucket, :starts_at_s, :ends_at_s, :first, :first)
    ON CONFLICT (bucket, starts_at_s) DO UPDATE SET
        lately_taken = CASE
            WHEN (:limit - rate_windows.taken) / :part >= :wanted THEN :wanted
            WHEN (:limit - rate_windows.taken) / :part >= 1 THEN (:limit - rate_windows.taken) / :part
            ELSE 1 END,
        taken = rate_windows.taken + CASE
            WHEN (:limit - rate_windows.taken) / :part >= :wanted THEN :wanted
            WHEN (:limit - rate_windows.taken) / :part >= 1 THEN (:limit - rate_windows.taken) / :part
            ELSE 1 END
    WHERE rate_windows.taken < :limit
    RETURNING lately_taken
    """
)


def take_permits(
    session: Session, *, bucket: str, limit: int, window_s: int, now: datetime, wanted: int = 1
) -> Permits:
    """Take up to `wanted` permits out of a bucket that gives `limit` in each window of `window_s` seconds.

    Fewer are granted as the limit comes near, so never more than the limit in one window and, as long as leases are
    used up, never less. A bucket's name must hold no personal data (at most 100 characters).
    """
    starts_at_s, ends_at_s = _window(now, window_s)
    granted = session.execute(
        _TAKE,
        {
            "bucket": bucket,
            "part": _LEASE_PART,
            "starts_at_s": starts_at_s,
            "ends_at_s": ends_at_s,
            "first": max(1, min(wanted, limit // _LEASE_PART)),
            "limit": limit,
            "wanted": wanted,
        },
    ).scalar()
    return Permits(granted or 0, _until(ends_at_s, now))


def permits_left(session: Session, *, bucket: str, limit: int, window_s: int, now: datetime) -> Permits:
    """Say how many permits a bucket still has in this window, without taking any."""
    starts_at_s, ends_at_s = _window(now, window_s)
    taken = session.scalar(
        select(RateWindow.taken).where(RateWindow.bucket == bucket, RateWindow.starts_at_s == starts_at_s)
    )
    return Permits(max(0, limit - (taken or 0)), _until(ends_at_s, now))


def purge_rate_windows(session: Session, *, now: datetime) -> int:
    """Delete the counters of windows that have ended; return how many."""
    purged = session.execute(
        delete(RateWindow).where(RateWindow.ends_at_s <= int(now.timestamp())).returning(RateWindow.bucket)
    )
    return len(purged.all())


@dataclass(slots=True)
class _Lease:
    starts_at_s: int
    left: int = 0
    next_wanted: int = 1
    exhausted: bool = False


class PermitLeases:
    """The permits that this process holds, so that most requests are counted without a write; for many threads."""

    def __init__(self) -> None:
        self._leases: dict[str, _Lease] = {}
        self._lock = threading.Lock()

    def spend(self, *, bucket: str, window_s: int, now: datetime, take: Callable[[int], Permits]) -> int:
        """Spend one permit; return 0, or how many seconds to wait where there is none.

        `take(wanted)` runs and commits `take_permits` for the bucket and is only called when no permit is at hand.
        Leases double with use: who asks rarely wastes none, who asks often writes rarely.
        """
        starts_at_s, ends_at_s = _window(now, window_s)
        with self._lock:
            lease = self._lease(bucket, starts_at_s)
            if lease.left:
                lease.left -= 1
                return 0
            if lease.exhausted:
                return _until(ends_at_s, now)
            wanted = lease.next_wanted
            lease.next_wanted = min(2 * wanted, _LEASE_MAX)
        # Not under the lock: other buckets must not wait for this one's database.
        permits = take(wanted)
        with self._lock:
            if permits.granted:
                lease.left += permits.granted - 1
                return 0
            lease.exhausted = True
        return permits.retry_after_s

    def _lease(self, bucket: str, starts_at_s: int) -> _Lease:
        lease = self._leases.get(bucket)
        if lease is None or lease.starts_at_s != starts_at_s:
            if len(self._leases) >= _BUCKETS_MAX:
                # Forgetting costs no more than the permits that were left over.
                self._leases.clear()
            lease = self._leases[bucket] = _Lease(starts_at_s)
        return lease


def _window(now: datetime, window_s: int) -> tuple[int, int]:
    second = int(now.timestamp())
    starts_at_s = second - second % window_s
    return starts_at_s, starts_at_s + window_s


def _until(ends_at_s: int, now: datetime) -> int:
    return max(1, ends_at_s - int(now.timestamp()))
