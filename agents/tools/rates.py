"""How often a person may have a tool called: an hourglass for each in Valkey, turned and read in one step, so that
calls that come at once cannot all pass."""

import math
import uuid

from quarry import valkey

from agents.tools.models import Tool
from agents.tools.types import ToolError
from apps.accounts.models import User

WINDOW = 60.0  # seconds
# Times are the server's own, the same for all workers. A call that is refused does not count.
TAKE = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[1]))
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('ZADD', KEYS[1], now, ARGV[3])
  redis.call('EXPIRE', KEYS[1], math.ceil(tonumber(ARGV[1])))
  return '0'
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return tostring(tonumber(first[2]) + tonumber(ARGV[1]) - now)
"""


def take(tool: Tool, person: User) -> None:
    """Counts one call; raises ToolError where the person has had as many as the tool allows within a minute."""
    if not tool.calls_per_minute:
        return
    key = f"tools:rate:{tool.pk}:{person.pk}"
    wait = float(valkey.client().eval(TAKE, 1, key, WINDOW, tool.calls_per_minute, uuid.uuid4().hex))
    if wait > 0:
        raise ToolError(
            f"This tool may be called {tool.calls_per_minute} times a minute. "
            f"Go on without it, or call it again in {math.ceil(wait)} seconds."
        )
