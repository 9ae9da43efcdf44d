"""Settings of a running Quarry. `quarry.settings.test` changes the few that tests need otherwise."""

from quarry.settings.base import *  # noqa: F403
