"""Where the brand is: accounts it says it has, and which of them nobody at the desk hears."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.brands.actions import forget_account, leave_unused, name_account, use_again
from nestor.brands.reads import account_of, places
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.replies import too_late
from nestor.people.rules import Permission


def _back() -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('channels')}#where")


@require_POST
@seated(Permission.CONNECT)
def name_it(request: DeskRequest) -> HttpResponse:
    """Say that the brand has an account somewhere."""
    network, handle = request.POST.get("network", ""), request.POST.get("handle", "")
    if network not in places() or len(handle) > 200:
        return show_error(request, 400)
    row = name_account(request.seat.brand, network, handle, request.now, actor_id=request.user.pk)
    if row is None:
        messages.warning(request, _("It is on the list already, or names nothing."))
    return _back()


@require_POST
@seated(Permission.CONNECT)
def move(request: DeskRequest, public_id: str) -> HttpResponse:
    """Say that it is not used, with a reason; that it is used after all; or that there is no such account."""
    account = account_of(request.seat.brand, public_id)
    if account is None:
        return show_error(request, 404)
    actor, wanted = request.user.pk, request.POST.get("do", "")
    if wanted == "unused":
        reason = request.POST.get("reason", "").strip()
        if not reason:
            messages.warning(request, _("Give a reason: whoever comes after you will want it."))
            return _back()
        done = leave_unused(account, reason, request.now, actor_id=actor)
    elif wanted == "use":
        done = use_again(account, request.now, actor_id=actor)
    elif wanted == "forget":
        done = forget_account(account, request.now, actor_id=actor)
    else:
        return show_error(request, 400)
    if not done:
        messages.info(request, too_late())
    return _back()
