import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Photographs of estates and buildings as well, in an order, each with words for those who cannot see it."""

    dependencies = [
        ("housing", "0003_couples"),
        ("files", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="photo",
            options={"ordering": ["position", "id"], "verbose_name": "照片", "verbose_name_plural": "照片"},
        ),
        migrations.RenameField(model_name="photo", old_name="title", new_name="caption"),
        migrations.AlterField(
            model_name="photo",
            name="caption",
            field=models.CharField(max_length=120, verbose_name="说明"),
        ),
        migrations.AddField(
            model_name="photo",
            name="position",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="次序"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="photo",
            name="estate",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="photos",
                to="housing.estate",
                verbose_name="公寓项目",
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="building",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="photos",
                to="housing.building",
                verbose_name="楼栋",
            ),
        ),
        migrations.AlterField(
            model_name="photo",
            name="unit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="photos",
                to="housing.unit",
                verbose_name="房屋",
            ),
        ),
        migrations.AlterField(
            model_name="photo",
            name="file",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="flat_photo",
                to="files.storedfile",
                verbose_name="附件",
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=Q(estate__isnull=False, building=None, unit=None)
                | Q(estate=None, building__isnull=False, unit=None)
                | Q(estate=None, building=None, unit__isnull=False),
                name="housing_photo_of_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(condition=~Q(caption=""), name="housing_photo_caption"),
        ),
    ]
