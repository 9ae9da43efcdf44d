"""HTTP services: what an OpenAPI document offers becomes operations, and a call is made exactly as the document says.

A document is somebody else's text. It says what can be called and how; it grants nothing, and its words reach the model
short and without markup.
"""
