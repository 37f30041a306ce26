"""Categories on pages: their names in the reader's language."""

from reports import Category
from web.languages import ENGLISH, language


def category_name(category: Category) -> str:
    """Return what a category is called in the reader's language."""
    return category.name_en if language() == ENGLISH else category.name
