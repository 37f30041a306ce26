"""The tables of the seals. None refers to the books by a foreign key: that would lock the rows of new entries."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary, SmallInteger, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime

HASH_BYTES = 32


class SealLeaf(Base):
    """One sealed entry: its place in the tree, counted from 0, and the hash that stands there."""

    __tablename__ = "seal_leaves"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    leaf: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES))


class SealNode(Base):
    """The hash over one full run of 2^level leaves, the `place`th of its level; kept for every eighth level only."""

    __tablename__ = "seal_nodes"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    node: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES))


class SealHead(Base):
    """One signed head: the root over the first `size` leaves, when it was made, and the hash of the head before it."""

    __tablename__ = "seal_heads"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES))
    sealed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    previous: Mapped[bytes | None] = mapped_column(LargeBinary(HASH_BYTES))
    salts_id: Mapped[str] = mapped_column(String(16))
    key_id: Mapped[str] = mapped_column(String(16))
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))
