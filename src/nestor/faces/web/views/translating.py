"""A message in a language one does not read, translated by what the head of the desk chose; and that choice."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.brands.actions import choose_translator
from nestor.faces.translating import translated
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.translators import mark_of
from nestor.faces.web.views.conversation import open_conversation
from nestor.faces.web.views.our_brand import brand_page
from nestor.inbox.reads import message_for
from nestor.people.rules import Permission
from nestor.routing.rules.forwarding import COVERED_FROM
from nestor.triage.reads import reading_of, translator_of
from nestor.triage.rules.translation import MOST_TEXT, is_foreign
from nestor.triage.translators.asking import describe
from nestor.triage.translators.contract import CannotTranslate, Described
from nestor.triage.translators.registry import known


@require_POST
@seated()
def show_translation(request: DeskRequest, public_id: str, message_id: str) -> HttpResponse:
    """One message in one's own language, below it; asked of the translator now, and kept nowhere."""
    conversation = open_conversation(request, public_id)
    message = message_for(request.seat, message_id)
    reading = reading_of(message) if message is not None and message.conversation_id == conversation.pk else None
    chosen = translator_of(request.seat.brand)
    language = get_language() or "en"
    if message is None or reading is None or chosen is None or not is_foreign(reading.language, message.text, language):
        raise Http404
    context: dict[str, object] = {"conversation": conversation, "message": message, "chosen": chosen}
    try:
        context["translation"] = translated(conversation, message, reading, chosen, language)
    except CannotTranslate as error:
        context["why"] = error.why.value
    context |= {
        "source": reading.language,
        "target": language,
        "is_cut": len(message.text) > MOST_TEXT,
        "most": MOST_TEXT,
        "is_covered": reading.harm_level >= COVERED_FROM,
    }
    return render(request, "web/parts/translation.html" if request.htmx else "web/translation.html", context)


@require_POST
@seated(Permission.HEAD)
def choose(request: DeskRequest) -> HttpResponse:
    """Say who translates, or nobody. One that is named by its key alone is asked where it sends texts, and shown."""
    brand, wanted = request.seat.brand, request.POST.get("translator", "")
    key, is_seen, _host = wanted.partition("@")
    chosen = Described("", "", "")
    if wanted:
        if key not in known():
            return _not_there(request)
        try:
            chosen = describe(key)
        except CannotTranslate as error:
            return brand_page(request, broken=(key, error), status=422)
        if not is_seen:
            return brand_page(request, asked=chosen)
        if mark_of(chosen) != wanted:
            return _not_there(request)
    if choose_translator(brand, chosen.key, chosen.name, chosen.host, request.now, actor_id=request.user.pk):
        messages.info(request, _("Kept."))
    else:
        messages.info(request, _("Nothing was changed: that is so already."))
    return _back()


def _not_there(request: DeskRequest) -> HttpResponse:
    messages.warning(request, _("That translator is not there as it was shown: look again, then choose."))
    return _back()


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("settings_brand") + "#translation")
