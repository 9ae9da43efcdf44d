"""Quarry as an MCP server at `/mcp`: search, documents and assistants for other programs' models, each caller with
their own permission. `door` lets in, `server` speaks the protocol, `tools` and `asking` do the work."""
