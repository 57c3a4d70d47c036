"""How one orders one's work with a conversation: labels, putting off, bringing back."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.replies import reply_pane, too_late
from nestor.faces.web.snoozing import until_of, usual_moments
from nestor.faces.web.templatetags.desk import full
from nestor.faces.web.views.conversation import open_conversation
from nestor.people.rules import Permission
from nestor.routing.actions import labels as labelling
from nestor.routing.actions.views import NoRoom, make_label
from nestor.routing.models import Label
from nestor.routing.reads.views import label_for, labels_of


@seated(Permission.ROUTE)
def show_labels(request: DeskRequest, public_id: str) -> HttpResponse:
    """The labels there are, with those this conversation has."""
    conversation = open_conversation(request, public_id)
    on = set(conversation.route.label_ids)
    shown = [(label, label.pk in on) for label in labels_of(request.seat.brand)]
    context = {"conversation": conversation, "labels": shown}
    return render(request, "web/parts/labels_menu.html" if request.htmx else "web/labels.html", context)


@require_POST
@seated(Permission.ROUTE)
def put_label(request: DeskRequest, public_id: str) -> HttpResponse:
    """Put a label on, by its id or a new name; take it off where it is on already."""
    conversation = open_conversation(request, public_id)
    try:
        label = _label(request)
    except NoRoom:
        return reply_pane(request, conversation, says=_("There is no room for more labels. Delete one first."))
    if label is None:
        return reply_pane(request, conversation, says=_("Give the label a name."))
    if label.pk in conversation.route.label_ids:
        done = labelling.take_label(request.seat, conversation, label, request.now)
        says = _("Label taken off.")
    else:
        done = labelling.put_label(request.seat, conversation, label, request.now)
        says = _("Labelled: %(label)s.") % {"label": label.name}
    return reply_pane(request, conversation, says=says if done else _("That label could not be changed here."))


def _label(request: DeskRequest) -> Label | None:
    asked, name = request.POST.get("label", ""), request.POST.get("name", "")
    return label_for(request.seat.brand, asked) if asked else make_label(request.seat, name[:200], request.now)


@seated(Permission.ROUTE)
def show_snooze(request: DeskRequest, public_id: str) -> HttpResponse:
    """Until when it can be put off."""
    conversation = open_conversation(request, public_id)
    context = {"conversation": conversation, "moments": usual_moments(request.now), "now": request.now}
    return render(request, "web/parts/snooze_menu.html" if request.htmx else "web/snooze.html", context)


@require_POST
@seated(Permission.ROUTE)
def snooze(request: DeskRequest, public_id: str) -> HttpResponse:
    """Put it off until later."""
    conversation = open_conversation(request, public_id)
    until = until_of(request.POST.get("until", "") or request.POST.get("at", ""), request.now)
    if until is None:
        return reply_pane(request, conversation, says=_("Choose a moment to come, within a year."))
    done = labelling.snooze(request.seat, conversation, until, request.now)
    if not done:
        return reply_pane(request, conversation, says=_("Only what is open can be put off."))
    says = _("Put off until %(when)s.") % {"when": full(timezone.localtime(until))}
    return reply_pane(request, conversation, says=says, event="resolved")


@require_POST
@seated(Permission.ROUTE)
def wake(request: DeskRequest, public_id: str) -> HttpResponse:
    """Bring it back now."""
    conversation = open_conversation(request, public_id)
    done = labelling.wake(request.seat, conversation, request.now)
    return reply_pane(request, conversation, says=_("Back in the inbox.") if done else too_late())
