"""All of one's brands at a glance."""

from django.http import HttpResponse
from django.shortcuts import render

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.views.today import absence_of
from nestor.routing.reads.home import glances


@seated()
def show_brands(request: DeskRequest) -> HttpResponse:
    """What is due, what came and what cannot be read, brand by brand; each is one click or key away."""
    absence = absence_of(request)
    shown = glances(request.seats, absence.left_at, request.now)
    context = {"glances": shown, "absence": absence, "away_for": request.now - absence.left_at, "now": request.now}
    return render(request, "web/brands.html", context)
