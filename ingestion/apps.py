"""Registers ingestion with Django: its tasks and its command. It has no tables of its own."""

from django.apps import AppConfig


class IngestionConfig(AppConfig):
    """From a file to passages that search finds."""

    name = "ingestion"
