"""Help: the guide, whole, or what it says of the page one is on."""

from django.http import HttpResponse
from django.shortcuts import render

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.help import section_for, spoken_guide


@seated()
def show_help(request: DeskRequest) -> HttpResponse:
    """The whole guide, with its contents beside it."""
    return render(request, "web/help.html", {"sections": spoken_guide()})


@seated()
def show_help_here(request: DeskRequest) -> HttpResponse:
    """What the guide says of one page, for the dialog of the keys."""
    section = section_for(request.GET.get("page", "/")[:200])
    return render(request, "web/parts/help_here.html", {"section": section})
