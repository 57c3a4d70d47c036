"""First steps: ten exercises on the practice network, known to be done by what really happened at the desk."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.first_steps import begin_again, is_away, progress_of, put_away
from nestor.people.rules import Permission
from nestor.routing.reads.first_steps import practises


@seated(Permission.ROUTE)
def show_first_steps(request: DeskRequest) -> HttpResponse:
    """The exercises, the next one open; drawn again as the desk moves."""
    if not practises(request.seat):
        raise Http404
    context = {"progress": progress_of(request), "is_away": is_away(request)}
    return render(request, "web/parts/first_steps.html" if request.htmx else "web/first_steps.html", context)


@require_POST
@seated(Permission.ROUTE)
def keep_first_steps(request: DeskRequest) -> HttpResponse:
    """Put them away, bring them back, or begin again; what was done stays done."""
    do = request.POST.get("do", "")
    if do == "begin-again":
        begin_again(request)
    elif do in ("put-away", "bring-back"):
        put_away(request, away=do == "put-away")
    else:
        return show_error(request, 400)
    return HttpResponseRedirect(reverse("today" if do == "put-away" else "first_steps"))
