"""Endpoints about messages in a language one does not read, and who translates them."""

from typing import Annotated

from pydantic import BaseModel, StringConstraints

from nestor.brands.actions import choose_translator
from nestor.brands.models import Brand
from nestor.brands.reads import brand_by_slug
from nestor.faces.api.v1.caller import BRAND, READ, ApiRequest, once
from nestor.faces.api.v1.given import Body, Spoken
from nestor.faces.api.v1.looking import message_at
from nestor.faces.api.v1.our_brand import misfit
from nestor.faces.api.v1.problems import Problem
from nestor.faces.api.v1.routes import router
from nestor.faces.translating import translated
from nestor.triage.reads import reading_of, translator_of
from nestor.triage.rules.translation import MOST_TEXT, is_foreign
from nestor.triage.translators.asking import describe
from nestor.triage.translators.contract import CannotTranslate, Described
from nestor.triage.translators.registry import known


class Into(Body):
    """The language to translate into."""

    language: Spoken


class TranslatorGiven(Body):
    """Who translates: the key of one that is installed, and where it says it sends texts; an empty key is nobody."""

    key: Annotated[str, StringConstraints(max_length=40)]
    host: Annotated[str, StringConstraints(max_length=253)] = ""


class TranslationShape(BaseModel):
    """A translation; nobody keeps it. `is_cut`: the message is longer than what was translated."""

    text: str
    source: str
    language: str
    is_cut: bool
    translator: str
    host: str


class TranslatorShape(BaseModel):
    """Who translates; `host` is where texts are sent, empty where they stay on the machine of the desk."""

    key: str
    name: str
    host: str
    installed: list[str]


@router.post("/messages/{public:message}/translation", auth=READ, response=TranslationShape, tags=["messages"])
def translate_message(request: ApiRequest, message: str, given: Into) -> TranslationShape:
    """Have a message translated by what the head of the desk chose; kept nowhere."""
    found = message_at(request, message)
    reading, chosen = reading_of(found), translator_of(request.call.seat.brand)
    if reading is None or chosen is None or not is_foreign(reading.language, found.text, given.language):
        raise Problem("no_translation", reason="not_chosen" if chosen is None else "not_foreign")
    try:
        text = translated(found.conversation, found, reading, chosen, given.language)
    except CannotTranslate as error:
        raise Problem("no_translation", reason=error.why.value) from error
    return TranslationShape(
        text=text,
        source=reading.language,
        language=given.language,
        is_cut=len(found.text) > MOST_TEXT,
        translator=chosen.name,
        host=chosen.host,
    )


def translator_shape(brand: Brand) -> TranslatorShape:
    """Return who translates for a brand, and the keys of what is installed."""
    chosen = translator_of(brand) or Described("", "", "")
    return TranslatorShape(key=chosen.key, name=chosen.name, host=chosen.host, installed=list(known()))


@router.get("/translator", auth=BRAND, response=TranslatorShape, tags=["brand"])
def show_translator(request: ApiRequest) -> TranslatorShape:
    """Show who translates what the brand receives, and who could."""
    return translator_shape(request.call.seat.brand)


@router.put("/translator", auth=BRAND, response=TranslatorShape, tags=["brand"])
def set_translator(request: ApiRequest, given: TranslatorGiven) -> TranslatorShape:
    """Say who translates, or nobody; it is asked where it sends texts, and must say what you say."""
    call = request.call
    chosen = _described(given)

    def kept() -> dict[str, bool]:
        brand, actor = call.seat.brand, call.seat.user.pk
        return {"changed": choose_translator(brand, chosen.key, chosen.name, chosen.host, call.now, actor_id=actor)}

    once(request, kept)
    return translator_shape(brand_by_slug(call.seat.brand.slug))


def _described(given: TranslatorGiven) -> Described:
    if not given.key:
        return Described("", "", "")
    try:
        found = describe(given.key) if given.key in known() else None
    except CannotTranslate as error:
        raise Problem("no_translation", reason=error.why.value) from error
    if found is None or found.host != given.host:
        raise misfit("key" if found is None else "host", "translator")
    return found
