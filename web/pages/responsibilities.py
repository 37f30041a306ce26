"""Who answers for what, by when, and what a report earns: the responsibility list for everybody.

Adds its routes to the public pages.
"""

from datetime import date
from itertools import groupby

from flask import render_template
from sqlalchemy.orm import Session

from awards import Tariff, tariffs_in_force
from people import units_by_code
from reports import Category, categories, is_announced, list_versions
from web.auth import public
from web.clock import today
from web.pages.categories_shown import category_name
from web.pages.public import blueprint
from web.pages.shapes import CategoryGroup, CategoryView
from web.pages.times import local
from web.unit_of_work import reading


@blueprint.get("/responsibilities")
@public
def responsibilities() -> str:
    """Show what can be reported, which department answers for it and by when, and what it earns."""
    groups, since = reading(lambda session: (_groups(session), _in_force_since(session)))
    # Deadlines of today's reports may lie in the next year.
    years = [year for year in (today().year, today().year + 1) if not is_announced(year)]
    return render_template("public/responsibilities.html", groups=groups, since=since, years_not_announced=years)


def _in_force_since(session: Session) -> date | None:
    versions = list_versions(session)
    return local(versions[0].published_at).date() if versions else None


def _groups(session: Session) -> list[CategoryGroup]:
    found = categories(session)
    tops = {each.code: each for each in found if each.parent_code is None}
    owned = sorted((each for each in found if each.parent_code), key=lambda each: (each.parent_code, each.code))
    owners = units_by_code(session, {each.department_code for each in owned if each.department_code})
    names = {code: unit.name for code, unit in owners.items()}
    earns = tariffs_in_force(session, today())
    return [
        CategoryGroup(
            parent,
            category_name(tops[parent]),
            tops[parent].kind,
            [_view(each, names, earns.get(each.code)) for each in below],
        )
        for parent, below in groupby(owned, key=lambda each: each.parent_code or "")
    ]


def _view(category: Category, names: dict[str, str], tariff: Tariff | None) -> CategoryView:
    days = category.normal_days or 0, category.serious_days or 0, category.urgent_days or 0
    return CategoryView(
        name=category_name(category),
        department=names[category.department_code or ""],
        days=days,
        is_private=category.is_private,
        award=tariff.amount if tariff else None,
    )
