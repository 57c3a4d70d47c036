"""Addresses that machines call."""

from django.urls import path

from nestor.faces.api.hooks import receive, show_health

urlpatterns = [
    path("hooks/<str:public_id>/", receive, name="hook"),
    path("healthz", show_health, name="healthz"),
]
