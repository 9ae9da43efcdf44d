from django.db import migrations
from quarry.fields import OrderedJSONField


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial")]

    operations = [
        migrations.AlterField(model_name="approval", name="arguments", field=OrderedJSONField(default=list)),
    ]
