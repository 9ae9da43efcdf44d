from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ToolsConfig(AppConfig):
    name = "agents.tools"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Plugs in the kinds of tools; the built-in ones get their rows after each migration."""
        from quarry.embedded.doctor.findings import FURTHER

        from agents.tools import kinds
        from agents.tools.builtin import findings
        from agents.tools.builtin import plug as builtin
        from agents.tools.mcp.kind import KIND as MCP
        from agents.tools.openapi.kind import kind as openapi
        from agents.tools.sql.kind import KIND as SQL

        builtin.add()
        kinds.add("mcp", MCP)
        kinds.add("openapi", openapi())
        kinds.add("sql", SQL)
        FURTHER.append(("Python tool", findings.python_tool))
        post_migrate.connect(builtin.synchronise, sender=self, dispatch_uid="tools.builtin")
