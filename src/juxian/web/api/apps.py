from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "juxian.web.api"
    label = "api"
