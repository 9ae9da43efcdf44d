from django.conf import settings
from django.db import migrations, models

# What a row's hash covers, as one JSON text. Verification reads the same expression, so both see the same bytes;
# jsonb's text form is stable (keys ordered by length, then by bytes).
CANONICAL = """
CREATE FUNCTION audit_event_canonical(e audit_event) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
        e.id, to_char(e.time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.actor_id, e.actor_email,
        e.action, e.object_type, e.object_id, e.object_label, e.facts, host(e.ip))::text
$$;
"""

# The lock is held until the commit, so that numbers have no gaps and every event knows the one before it.
CHAIN = """
CREATE FUNCTION audit_event_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last audit_event;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit_event'));
    SELECT * INTO last FROM audit_event ORDER BY id DESC LIMIT 1;
    NEW.id := coalesce(last.id, 0) + 1;
    NEW.time := clock_timestamp();
    NEW.previous_hash := coalesce(last.hash, repeat('0', 64));
    NEW.hash := encode(sha256(convert_to(NEW.previous_hash || audit_event_canonical(NEW), 'UTF8')), 'hex');
    RETURN NEW;
END $$;
CREATE TRIGGER audit_event_chain BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_event_chain();
"""

REFUSE = """
CREATE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log only grows: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_event_refuse BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_refuse();
CREATE TRIGGER audit_event_refuse_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse();
"""

UNDO = """
DROP TRIGGER audit_event_chain ON audit_event;
DROP TRIGGER audit_event_refuse ON audit_event;
DROP TRIGGER audit_event_refuse_truncate ON audit_event;
DROP FUNCTION audit_event_chain();
DROP FUNCTION audit_event_refuse();
DROP FUNCTION audit_event_canonical(audit_event);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("time", models.DateTimeField()),
                ("actor_email", models.CharField(blank=True, max_length=254)),
                ("action", models.CharField(max_length=60)),
                ("object_type", models.CharField(blank=True, max_length=60)),
                ("object_id", models.CharField(blank=True, max_length=60)),
                ("object_label", models.CharField(blank=True, max_length=300)),
                ("facts", models.JSONField(default=dict)),
                ("ip", models.GenericIPAddressField(null=True)),
                ("previous_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "audit_event",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["action", "-id"], name="audit_by_action"),
                    models.Index(fields=["actor", "-id"], name="audit_by_actor"),
                    models.Index(fields=["object_id", "-id"], name="audit_by_object"),
                    models.Index(fields=["time"], name="audit_by_time"),
                ],
            },
        ),
        migrations.RunSQL(CANONICAL + CHAIN + REFUSE, UNDO),
    ]
