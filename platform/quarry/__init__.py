"""Quarry's ground floor: settings, embedded services, the model runtime, events."""

__version__ = "0.1.0"
