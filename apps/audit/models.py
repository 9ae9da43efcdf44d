"""One table that only grows. The number, the time and the hashes are set by the database (see the migration)."""

from django.conf import settings
from django.db import models


class Event(models.Model):
    """Something that somebody did. `hash` covers this row and the row before it."""

    id = models.BigIntegerField(primary_key=True)
    time = models.DateTimeField()
    # Not a constraint: an event outlives the person, who is therefore named as well.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    actor_email = models.CharField(max_length=254, blank=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=60, blank=True)
    object_label = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = "audit_event"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["action", "-id"], name="audit_by_action"),
            models.Index(fields=["actor", "-id"], name="audit_by_actor"),
            models.Index(fields=["object_id", "-id"], name="audit_by_object"),
            models.Index(fields=["time"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"#{self.id} {self.action}"
