"""Transactions that are done once more where the database went away in the midst of them."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

P = ParamSpec("P")
R = TypeVar("R")


def patient(work: Callable[P, R]) -> Callable[P, R]:
    """Do the work again, once, where its connection was lost; it must not matter that it is done twice."""

    @wraps(work)
    def again(*words: P.args, **settings: P.kwargs) -> R:
        try:
            return work(*words, **settings)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return work(*words, **settings)

    return again
