"""What `manage.py doctor` says of the built-in tools."""

from collections.abc import Iterator

from quarry.embedded.doctor import Finding
from quarry.embedded.doctor.findings import bad, good

from agents.tools.builtin import python, seccomp
from agents.tools.models import Operation


def python_tool() -> Iterator[Finding]:
    """Whether Python can be run, where an administrator has switched it on; nothing where it is off."""
    on = Operation.objects.filter(tool__kind="builtin", name="run_python", enabled=True, tool__enabled=True).exists()
    if not on:
        return
    if seccomp.program() is None:
        remedy = "switch the tool “Python” off: its sandbox does not know this processor"
        yield bad("Python tool", "it is switched on and cannot run", remedy)
    elif python.bubblewrap() is None:
        remedy = "install bubblewrap (`apt install bubblewrap`) where the workers run, or switch the tool “Python” off"
        yield bad("Python tool", "it is switched on, but bubblewrap is missing", remedy)
    else:
        yield good("Python tool", "it runs in bubblewrap")
