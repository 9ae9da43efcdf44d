"""Questions to a database: one SELECT at a time, read before it runs, with the rights of a role that can only read."""
