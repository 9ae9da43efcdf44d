"""Tools of MCP servers: programs that we start, and services that we call over HTTP.

Importing the library takes a second, so modules that need it are imported when a call or a listing is made.
"""
