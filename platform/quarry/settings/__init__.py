"""Settings of a running Quarry. `tests.settings` changes the few that tests need otherwise."""

from quarry.settings.base import *  # noqa: F403
