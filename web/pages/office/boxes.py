"""Boxes over photos as forms send them: cells of a grid that were ticked, and rectangles that were drawn."""

import re
from collections.abc import Collection, Sequence

from photos import BOXES_MAX, WHOLE, Box, BoxError

# Cells of the grid over every photo, across and down.
COLUMNS, ROWS = 16, 12
_CELL = re.compile(r"(\d{1,2})\.(\d{1,2})", re.ASCII)
# Four numbers of up to four digits, with what stands between them.
_DRAWN_LENGTH_MAX = 20 * BOXES_MAX
_DRAWN = re.compile(r"(\d{1,4}),(\d{1,4}),(\d{1,4}),(\d{1,4})", re.ASCII)


def boxes_typed(cells: Collection[str], drawn: str) -> tuple[Box, ...]:
    """Return the boxes of a photo's form: of ticked cells, "row.column", and drawn ones, "left,top,width,height" each.

    Whether they fit the photo, `photos` judges.

    Raises:
        BoxError: something else stands there, which no form of ours sent, or more boxes than there may be.
    """
    texts = [each for each in drawn[:_DRAWN_LENGTH_MAX].split(";") if each]
    rectangles = [Box(*_numbers(_DRAWN, each)) for each in texts]
    ticked = {_numbers(_CELL, each) for each in cells}
    if len(drawn) > _DRAWN_LENGTH_MAX or any(row >= ROWS or column >= COLUMNS for row, column in ticked):
        raise BoxError
    return tuple(dict.fromkeys([*rectangles, *_of_cells(ticked)]))


def boxes_text(boxes: Sequence[Box]) -> str:
    """Return boxes as a form carries them."""
    return ";".join(",".join(str(part) for part in box) for box in boxes)


def _numbers(pattern: re.Pattern[str], text: str) -> tuple[int, ...]:
    found = pattern.fullmatch(text)
    if found is None:
        raise BoxError
    return tuple(int(part) for part in found.groups())


def _of_cells(ticked: set[tuple[int, ...]]) -> list[Box]:
    """Return few boxes that cover just these cells: runs of a row, and equal runs below each other together."""
    found: list[tuple[int, int, int, int]] = []
    open_runs: dict[tuple[int, int], int] = {}
    for row in range(ROWS + 1):
        runs = set(_runs([column for column in range(COLUMNS) if (row, column) in ticked]))
        ended = [each for each in open_runs if each not in runs]
        found.extend((open_runs.pop(run), row, *run) for run in ended)
        for run in runs:
            open_runs.setdefault(run, row)
    return [_box(*each) for each in sorted(found)]


def _runs(columns: Sequence[int]) -> list[tuple[int, int]]:
    """Return the unbroken runs among columns in order, each with its first one and the one after its last."""
    runs: list[tuple[int, int]] = []
    for column in columns:
        if runs and runs[-1][1] == column:
            runs[-1] = runs[-1][0], column + 1
        else:
            runs.append((column, column + 1))
    return runs


def _box(top_row: int, end_row: int, left_column: int, end_column: int) -> Box:
    left, top = left_column * WHOLE // COLUMNS, top_row * WHOLE // ROWS
    # Rounded outwards: a cell covers all that it shows.
    right, bottom = -(-end_column * WHOLE // COLUMNS), -(-end_row * WHOLE // ROWS)
    return Box(left, top, right - left, bottom - top)
