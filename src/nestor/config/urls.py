"""Every address of the desk."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("nestor.faces.api.urls")),
    path("", include("nestor.faces.web.urls")),
]

handler400 = "nestor.faces.web.errors.bad_request"
handler403 = "nestor.faces.web.errors.forbidden"
handler404 = "nestor.faces.web.errors.not_found"
handler500 = "nestor.faces.web.errors.broken"
