"""Whose things a caller may see: an officer's subtree, a resident's own, a merchant's own; all else is not found."""

from uuid import UUID

from sqlalchemy.orm import Session

from people import Principal, Resident, Role, get_resident, get_unit
from web.auth import principal, require


def resident_seen(session: Session, resident_id: UUID, *officers: Role) -> Resident:
    """Return a resident to themselves and to those officers in whose subtree they live.

    Raises:
        ProblemError: for anybody else there is no such resident.
        ResidentUnknownError: there is none for anybody.
    """
    asking = principal()
    own = asking.is_resident(resident_id)
    require(own or asking.may(*officers))
    resident = get_resident(session, resident_id)
    require(own or _covers(session, asking, resident, officers))
    return resident


def subtree_of(*officers: Role) -> str | None:
    """Return the path below which an officer's roles reach, None for the whole tree.

    Somebody with several places is asked by a key, which has one.
    """
    paths = principal().unit_paths(*officers)
    return None if "" in paths else paths[0]


def subtrees_of(*officers: Role) -> tuple[str, ...] | None:
    """Return the paths below which an officer's roles reach, None for the whole tree."""
    paths = principal().unit_paths(*officers)
    return None if "" in paths else paths


def _covers(session: Session, asking: Principal, resident: Resident, officers: tuple[Role, ...]) -> bool:
    if asking.may_everywhere(*officers):
        return True
    return asking.may(*officers, unit_path=get_unit(session, resident.unit_code).path)
