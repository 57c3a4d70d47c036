"""Addresses that machines call."""

from django.urls import path

from nestor.faces import addresses  # noqa: F401  knows what `<public:…>` is
from nestor.faces.api.hooks import receive, show_health

urlpatterns = [
    path("hooks/<public:public_id>/", receive, name="hook"),
    path("healthz", show_health, name="healthz"),
]
