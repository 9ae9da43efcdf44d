from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Says who carries out questions and completions, and puts the event stream, a plain view, into the OpenAPI
        document."""
        from agents import kinds, replay
        from agents.api import stream
        from agents.loop import assistant, completion
        from agents.models import Run

        kinds.register(Run.Kind.QUESTION, assistant.carry_out, seconds_of=assistant.seconds)
        kinds.register(Run.Kind.COMPLETION, completion.carry_out, seconds_of=assistant.seconds)
        kinds.register(Run.Kind.REPLAY, replay.Replay, replay.SECONDS)
        stream.describe()
