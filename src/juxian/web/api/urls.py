from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from juxian.web.api import cards, cases, collectives, papers, policies, register, services
from juxian.web.api.base import PREFIX, addresses, api
from juxian.web.kit.access import public

api.add_router("", policies.router)
api.add_router("", cards.router)
api.add_router("", register.router)
api.add_router("", collectives.router)
api.add_router("", services.router)
api.add_router("", cases.router)
api.add_router("", papers.router)


@public
@require_safe
def description(request: HttpRequest) -> JsonResponse:
    """The OpenAPI description of all addresses; it holds no data."""
    return JsonResponse(api.get_openapi_schema(path_prefix=PREFIX))


app_name = "api"
urlpatterns = [path("openapi.json", description, name="openapi"), *addresses()]
