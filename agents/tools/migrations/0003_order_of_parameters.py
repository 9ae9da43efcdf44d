from django.db import migrations
from quarry.fields import OrderedJSONField


class Migration(migrations.Migration):
    dependencies = [("tools", "0002_tool_timeout")]

    operations = [
        migrations.AlterField(model_name="operation", name="parameters", field=OrderedJSONField(default=dict)),
    ]
