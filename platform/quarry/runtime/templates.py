"""Chat templates: the GGUF's own Jinja, rendered in a sandbox as the publishers' libraries render it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .types import InvalidRequest

TOJSON = "_quarry_tojson"

# For a model without a template (Base models): plain turns.
PLAIN = """\
{%- for message in messages %}{{ message.role }}: {{ message.content }}
{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"""

# The shape of Granite 4.0's template, for the tiny model that tests and `doctor` use.
GRANITE = """\
{%- set ns = namespace(system='') %}
{%- if messages[0].role == 'system' %}{% set ns.system = messages[0].content %}{% endif %}
{%- if tools %}
  {%- set ns.system = ns.system + ('\\n\\n' if ns.system else '') + 'You may call these tools:\\n<tools>' %}
  {%- for tool in tools %}{% set ns.system = ns.system + '\\n' + (tool | tojson) %}{% endfor %}
  {%- set ns.system = ns.system + '\\n</tools>\\n\\nWrite a call as <tool_call>\\n{"name": ..., "arguments": ...}\\n' %}
  {%- set ns.system = ns.system + '</tool_call>.' %}
{%- endif %}
{%- if documents %}
  {%- set ns.system = ns.system + ('\\n\\n' if ns.system else '') + 'Answer from these documents:\\n<documents>' %}
  {%- for document in documents %}{% set ns.system = ns.system + '\\n' + (document | tojson) %}{% endfor %}
  {%- set ns.system = ns.system + '\\n</documents>' %}
{%- endif %}
{%- if ns.system %}{{ '<|start_of_role|>system<|end_of_role|>' + ns.system + '<|end_of_text|>\\n' }}{% endif %}
{%- for message in messages %}
  {%- if message.role == 'user' or (message.role == 'system' and not loop.first) %}
    {{- '<|start_of_role|>' + message.role + '<|end_of_role|>' + message.content + '<|end_of_text|>\\n' }}
  {%- elif message.role == 'assistant' %}
    {{- '<|start_of_role|>assistant<|end_of_role|>' + message.content }}
    {%- for call in message.tool_calls or [] %}
      {{- '\\n' if message.content or not loop.first else '' }}
      {{- '<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' }}
      {{- (call.function.arguments | tojson) + '}\\n</tool_call>' }}
    {%- endfor %}
    {{- '<|end_of_text|>\\n' }}
  {%- elif message.role == 'tool' %}
    {{- '<|start_of_role|>user<|end_of_role|>\\n<tool_response>\\n' + message.content + '\\n</tool_response>' }}
    {{- '<|end_of_text|>\\n' }}
  {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|start_of_role|>assistant<|end_of_role|>' }}{% endif %}"""


def _refuse(message: str) -> None:
    raise TemplateError(message)


def _now(form: str) -> str:
    return datetime.now().astimezone().strftime(form)


def to_json(value: Any, indent: int | None = None, **_: Any) -> str:
    """Jinja's own would escape HTML and sort keys; models were trained on plain JSON."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, autoescape=False, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals |= {"raise_exception": _refuse, "strftime_now": _now}
    environment.filters["tojson"] = _through_variables
    return environment


@pass_context
def _through_variables(context: Context, value: Any, indent: int | None = None, **_: Any) -> str:
    """`tojson` as the caller of `render` wants it: it travels with the variables, the template is compiled once."""
    return context[TOJSON](value, indent)


def parse(source: str) -> nodes.Template:
    """The template's syntax, nothing of it executed; raises Jinja's `TemplateError`."""
    return _environment().parse(source)


@lru_cache(maxsize=8)
def _compiled(source: str) -> Template:
    try:
        return _environment().from_string(source)
    except TemplateError as error:
        raise InvalidRequest(f"The model's chat template cannot be read: {error}") from error


def render(source: str, variables: Mapping[str, Any], tojson: Callable[..., str] = to_json) -> str:
    """Renders; what the template refuses is the caller's mistake."""
    template = _compiled(source)
    try:
        return template.render(**variables, **{TOJSON: tojson})
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise InvalidRequest(f"The model's chat template refuses this conversation: {error}") from error
