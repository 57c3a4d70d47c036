"""Addresses that machines call."""

from django.urls import path

from nestor.faces import addresses  # noqa: F401  knows what `<public:…>` is
from nestor.faces.api.hooks import receive, show_health
from nestor.faces.api.v1.api import api
from nestor.faces.api.v1.stream import stream

urlpatterns = [
    path("hooks/<public:public_id>/", receive, name="hook"),
    path("api/v1/events", stream, name="api_events"),
    path("api/v1/", api.urls),
    path("healthz", show_health, name="healthz"),
]
