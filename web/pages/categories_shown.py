"""Categories on pages: their names in the reader's language, who answers for them and by when."""

from itertools import groupby

from sqlalchemy.orm import Session

from awards import Tariff, tariffs_in_force
from responsibilities import Category, categories
from web.clock import today
from web.languages import ENGLISH, language
from web.pages.shapes import CategoryGroup, CategoryView
from web.pages.units_shown import unit_names


def category_name(category: Category) -> str:
    """Return what a category is called in the reader's language."""
    return category.name_en if language() == ENGLISH else category.name


def category_groups(session: Session) -> list[CategoryGroup]:
    """Return what can be reported today, by the categories at the top."""
    found = categories(session)
    tops = {each.code: each for each in found if each.parent_code is None}
    owned = sorted((each for each in found if each.parent_code), key=lambda each: (each.parent_code, each.code))
    names = unit_names(session, {each.department_code for each in owned})
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
        code=category.code,
        name=category_name(category),
        department=names[category.department_code or ""],
        days=days,
        is_private=category.is_private,
        award=tariff.amount if tariff else None,
    )
