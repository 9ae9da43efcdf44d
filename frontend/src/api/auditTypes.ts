/** What the server says of the audit log. */

export interface AuditEvent {
  id: number;
  time: string;
  actor: { id: string; email: string } | null;
  action: string;
  object: { type: string; id: string; label: string } | null;
  facts: Record<string, unknown>;
  ip: string | null;
  hash: string;
  previous_hash: string;
}

export interface AuditVerdict {
  ok: boolean;
  checked: number;
  first_broken: number | null;
  reason: string;
}
