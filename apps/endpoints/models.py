"""Models that other runtimes serve, and the order in which models answer."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from quarry.runtime.remote import PRESETS

EMBEDDED = "embedded"
PRICES = [MinValueValidator(0), MaxValueValidator(1_000_000)]


class Endpoint(models.Model):
    """One model at one service. `secret` is encrypted; `options` holds what only this kind of service must know. The
    prices are those of a million tokens read and written, in whatever currency the company counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=[(preset.id, preset.name) for preset in PRESETS.values()])
    base_url = models.CharField(max_length=500, blank=True)
    model = models.CharField(max_length=300)
    secret = models.TextField(blank=True)
    options = models.JSONField(default=dict, blank=True)
    ca = models.TextField(blank=True)
    allow_private = models.BooleanField(default=False)
    concurrency = models.PositiveSmallIntegerField(
        default=4, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    timeout = models.PositiveSmallIntegerField(default=120, validators=[MinValueValidator(1), MaxValueValidator(3600)])
    price_input = models.FloatField(null=True, blank=True, validators=PRICES)
    price_output = models.FloatField(null=True, blank=True, validators=PRICES)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """A place in the order. Without an endpoint it is the embedded model's."""

    position = models.PositiveSmallIntegerField()
    endpoint = models.OneToOneField(Endpoint, on_delete=models.CASCADE, null=True, related_name="place")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(endpoint=None), name="endpoints_place_one_embedded"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What the runtime calls it."""
        return f"endpoint/{self.endpoint.slug}" if self.endpoint else EMBEDDED
