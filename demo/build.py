"""Building the demo in one transaction of the caller: all of it, or nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from awards import list_funds, list_movements
from demo.applying import apply_some
from demo.chances import chance_of
from demo.crowd import appoint_for_reports, appoint_staff, move_in, town_units
from demo.errors import DemoRefusedError
from demo.guarding import look_at_what_is_odd
from demo.logging_in import LOG_INS, RESIDENT, set_password
from demo.publishing import publish_some
from demo.scene import DAYS, DemoSize, Scene, hours
from demo.shops import open_shops, weigh
from demo.tilling import run_the_till
from demo.year import live_the_year
from merchants import list_merchants
from people import Passwords, PhoneVault, find_person, find_residents, get_unit, units_by_code
from photos import PhotoStore
from responsibilities import categories, packaged_responsibilities, publish_responsibilities

_SEED = "平安账"


def is_unused(session: Session, *, vault: PhoneVault) -> bool:
    """Say whether there are neither residents nor merchants nor entries yet."""
    if find_residents(session, text="", vault=vault, limit=1).items or list_merchants(session, limit=1):
        return False
    # An entry without a resident or a merchant moves a fund's money. Sums over the books would tell it too, but make
    # PostgreSQL plan the rest of this transaction for reading whole tables.
    return not any(list_movements(session, fund_code=fund.code, limit=1).items for fund in list_funds(session))


def build_demo(
    session: Session,
    *,
    now: datetime,
    vault: PhoneVault,
    passwords: Passwords,
    code_secret: bytes,
    photo_store: PhotoStore,
    size: DemoSize | None = None,
    progress: Callable[[int], None] = lambda _entries: None,
) -> None:
    """Build people, shops, funds and a year of activity that ends now, the same each time but for random ids.

    It takes a minute and a half in full size. `now` is aware in the community's zone; `progress` is told how many
    entries there are. Only a commit of the caller makes anything of it lasting; where it fails, they delete what was
    put into the store of photos.

    Raises:
        DemoRefusedError: there are residents, merchants or entries.
    """
    if not is_unused(session, vault=vault):
        raise DemoRefusedError
    size = size or DemoSize()
    chance = chance_of(_SEED)
    start, _ = hours(now, now.date() - timedelta(days=DAYS))
    places = town_units(session)
    staff = appoint_staff(session, places=places, now=start)
    if not categories(session) and _has_departments(session):
        lines = packaged_responsibilities()
        publish_responsibilities(session, lines=lines, actor=staff.officer, now=start)
    report_staff = appoint_for_reports(session, places=places, now=start)
    residents, towns = move_in(session, chance=chance, count=size.residents, places=places, vault=vault, now=start)
    shops = open_shops(
        session,
        count=size.merchants,
        now=now,
        by=staff.officer,
        places=[_short(get_unit(session, town).name) for town in places],
    )
    weigh(shops)
    scene = Scene(
        session=session,
        chance=chance,
        now=now,
        size=size,
        code_secret=code_secret,
        vault=vault,
        staff=staff,
        residents=residents,
        towns=towns,
        shops=shops,
    )
    live_the_year(scene, report_staff, progress)
    run_the_till(scene)
    look_at_what_is_odd(scene)
    publish_some(scene, report_staff, photo_store)
    apply_some(scene, photo_store)
    for log_in in LOG_INS:
        person = find_person(session, log_in.login_name)
        if person is None and log_in is not RESIDENT:
            # Where there are no departments, nobody works in one.
            continue
        set_password(
            session,
            log_in=log_in,
            passwords=passwords,
            resident_id=residents[0].id if log_in is RESIDENT else None,
            person_id=person.id if person else None,
            now=now,
        )


def _has_departments(session: Session) -> bool:
    codes = {each.department_code for each in packaged_responsibilities() if each.department_code}
    return len(units_by_code(session, codes)) == len(codes)


def _short(name: str) -> str:
    return name.removesuffix("街道").removesuffix("镇")
