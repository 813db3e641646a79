from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "juxian.web.kit"
    label = "kit"
