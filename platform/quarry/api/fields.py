"""Fields that REST framework does not have."""

from typing import Any

from rest_framework import serializers

from quarry.text import storable


class JsonField(serializers.JSONField):
    """Any JSON that can be stored: REST framework's own takes NUL and halves of surrogate pairs."""

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        if storable(value) != value:
            raise serializers.ValidationError(detail="It holds a character that cannot be stored.")
        return value
