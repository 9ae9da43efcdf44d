from django.db import migrations
from quarry.fields import OrderedJSONField


class Migration(migrations.Migration):
    dependencies = [("agents", "0004_agents")]

    operations = [
        migrations.AlterField(model_name="run", name="input", field=OrderedJSONField(default=dict)),
        migrations.AlterField(model_name="run", name="plan", field=OrderedJSONField(null=True)),
        migrations.AlterField(model_name="run", name="result", field=OrderedJSONField(null=True)),
        migrations.AlterField(model_name="step", name="arguments", field=OrderedJSONField(default=dict)),
        migrations.AlterField(model_name="step", name="result", field=OrderedJSONField(null=True)),
    ]
