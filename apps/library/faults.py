"""The runtime's refusals as problems that the API, the pages and the commands show."""

from collections.abc import Iterator
from contextlib import contextmanager

from quarry.api import Problem
from quarry.runtime import InvalidRequest, RuntimeFault


@contextmanager
def as_problem() -> Iterator[None]:
    """What the runtime refuses becomes a sentence for the person: 400 for what was asked, 409 for how things are."""
    try:
        yield
    except InvalidRequest as error:
        raise Problem(400, str(error)) from error
    except RuntimeFault as error:
        raise Problem(409, str(error)) from error
    except OSError as error:
        raise Problem(409, f"The folder of models cannot be written: {error.strerror or error}.") from error
