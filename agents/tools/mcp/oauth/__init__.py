"""OAuth 2.1 for MCP services: an administrator signs in once in a browser, and the tokens are kept for the calls."""
