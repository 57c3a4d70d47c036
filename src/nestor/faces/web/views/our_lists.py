"""Labels and views: renamed, deleted, taken along."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.exports import download
from nestor.faces.web.settings_pages import settings_context
from nestor.faces.web.views.inbox import address_of, query_of
from nestor.faces.web.views.our_brand import TINT_NAMES
from nestor.people.rules import Permission
from nestor.routing.actions.labels import delete_label
from nestor.routing.actions.views import NoRoom, make_label, rename_label, rename_view
from nestor.routing.reads.views import label_counts, label_for, labels_of, view_for, views_for
from nestor.routing.rules.filters import filter_of

LABEL_COLUMNS = ("name", "tint", "conversations")
VIEW_COLUMNS = ("name", "for_the_team", "asked", "count")


@require_http_methods(["GET", "HEAD", "POST"])
@seated(Permission.ROUTE)
def show_labels(request: DeskRequest) -> HttpResponse:
    """The team's labels, with how many conversations have each; a new one."""
    if request.method == "POST":
        try:
            label = make_label(request.seat, request.POST.get("name", "")[:200], request.now)
        except NoRoom:
            messages.warning(request, _("There is no room for more labels. Delete one first."))
        else:
            messages.info(request, _("There it is.") if label else _("Give the label a name."))
        return HttpResponseRedirect(request.path)
    counts = label_counts(request.seat)
    rows = [(label, counts.get(label.pk, 0)) for label in labels_of(request.seat.brand)]
    context = settings_context(request.seat, "settings_labels") | {"rows": rows, "tints": list(enumerate(TINT_NAMES))}
    return render(request, "web/settings_labels.html", context)


@require_POST
@seated(Permission.ROUTE)
def change_label(request: DeskRequest, public_id: str) -> HttpResponse:
    """Give a label another name or tint."""
    label = label_for(request.seat.brand, public_id)
    if label is None:
        return show_error(request, 404)
    given = request.POST.get("tint", "")
    tint = int(given) if given in {str(number) for number in range(len(TINT_NAMES))} else None
    done = rename_label(request.seat, label, request.POST.get("name", "")[:200], tint=tint)
    messages.info(request, _("Kept.") if done else _("Nothing was changed: it needs a name that no other label has."))
    return HttpResponseRedirect(reverse("settings_labels"))


@require_POST
@seated(Permission.ROUTE)
def drop_label(request: DeskRequest, public_id: str) -> HttpResponse:
    """Take a label off everything."""
    label = label_for(request.seat.brand, public_id)
    if label is None or not delete_label(request.seat, label, request.now):
        return show_error(request, 404)
    messages.info(request, _("The label is gone from everything; the conversations are where they were."))
    return HttpResponseRedirect(reverse("settings_labels"))


@seated()
def show_views(request: DeskRequest) -> HttpResponse:
    """The team's views and one's own."""
    may_share = request.seat.may(Permission.ROUTE)
    rows = [
        (view, address_of(query_of(filter_of(view.asked))), view.owner_id is not None or may_share)
        for view in views_for(request.seat)
    ]
    context = settings_context(request.seat, "settings_views") | {"rows": rows}
    return render(request, "web/settings_views.html", context)


@require_POST
@seated()
def change_view(request: DeskRequest, public_id: str) -> HttpResponse:
    """Give a view another name."""
    view = view_for(request.seat, public_id)
    if view is None:
        return show_error(request, 404)
    done = rename_view(request.seat, view, request.POST.get("name", "")[:200])
    messages.info(request, _("Kept.") if done else _("Nothing was changed: give the view a name."))
    return HttpResponseRedirect(reverse("settings_views"))


@seated()
def export_lists(request: DeskRequest, what: str, form: str) -> HttpResponseBase:
    """Take labels or views along."""
    if what == "labels":
        counts = label_counts(request.seat)
        rows: list[dict[str, object]] = [
            {"name": one.name, "tint": one.tint, "conversations": counts.get(one.pk, 0)}
            for one in labels_of(request.seat.brand)
        ]
        return download(form, "labels", LABEL_COLUMNS, rows)
    if what == "views":
        shown = views_for(request.seat)
        rows = [
            {
                "name": one.name,
                "for_the_team": one.owner_id is None,
                "asked": query_of(filter_of(one.asked)),
                "count": None if one.counted_at is None else one.count,
            }
            for one in shown
        ]
        return download(form, "views", VIEW_COLUMNS, rows)
    raise Http404
