"""The one table from what is refused to what is said: status, stable code, and words in the caller's language.

Every domain error and every code of a refused attempt has a row; a test holds the table to that.
"""

from web.problems.refusals import REFUSALS
from web.problems.row import Row
from web.problems.telling import ROWS, Problem, ProblemError, problem_of, problem_of_refusal, row_of

__all__ = ["REFUSALS", "ROWS", "Problem", "ProblemError", "Row", "problem_of", "problem_of_refusal", "row_of"]
