"""Forms whose fields are more than one box."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from nestor.brands.models import Brand
from nestor.networks.contract import Field, Network
from nestor.people.models import User
from nestor.routing.rules.forwarding import LASTS, MOST_QUESTION
from nestor.work.rules.zones import known_zones

MOST_BACK = timedelta(days=92)  # a back-fill longer than a quarter is an import


class PreferencesForm(forms.Form):
    """A person's own language, zone and theme."""

    language = forms.ChoiceField(label=_("Language"), choices=[], required=False)
    zone = forms.ChoiceField(label=_("Time zone"), choices=[], required=False)
    theme = forms.ChoiceField(
        label=_("Theme"),
        choices=[("", _("As this device")), ("light", _("Light")), ("dark", _("Dark"))],
        required=False,
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {"language": user.language, "zone": user.zone, "theme": user.theme}
        language, zone = self.fields["language"], self.fields["zone"]
        if isinstance(language, forms.ChoiceField) and isinstance(zone, forms.ChoiceField):
            language.choices = [("", _("As this browser")), ("en", "English"), ("fr", "Français")]
            zone.choices = [("", settings.NESTOR_ZONE), *((name, name.replace("_", " ")) for name in known_zones())]


class ForwardForm(forms.Form):
    """Whom one asks, in which language, what, and for how long the link is good."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("Address"), max_length=254)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=[("fr", "Français"), ("en", "English")])
    days = forms.TypedChoiceField(label=_("The link is good for"), coerce=int, initial=3)
    question = forms.CharField(
        label=_("Your question"), max_length=MOST_QUESTION, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )

    def __init__(self, *args: Any, brand: Brand, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "forward-%s", "label_suffix": "", **options})
        self.initial["language"] = brand.language
        days = self.fields["days"]
        if isinstance(days, forms.ChoiceField):
            days.choices = [(one, ngettext("%(n)s day", "%(n)s days", one) % {"n": one}) for one in LASTS]


class ReplyForm(forms.Form):
    """A saved reply."""

    name = forms.CharField(label=_("Name"), max_length=80)
    language = forms.ChoiceField(label=_("Language"), choices=[("fr", "Français"), ("en", "English")])
    shortcut = forms.CharField(
        label=_("Shortcut"), max_length=40, required=False, help_text=_("One word to find it by, or nothing.")
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=8_000,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        help_text=_("Filled in when you choose it, in braces: member, brand, agent, channel."),
    )


class ReasonForm(forms.Form):
    """A deed that wants a reason for the journal."""

    reason = forms.CharField(max_length=500, strip=True)


class IntervalForm(forms.Form):
    """An interval to be read again."""

    start = forms.DateTimeField()
    end = forms.DateTimeField()

    def clean(self) -> dict[str, Any]:
        """Refuse what is empty, in the future or too long."""
        given: dict[str, Any] = super().clean() or {}
        start, end = given.get("start"), given.get("end")
        if start and end and not (start < end <= timezone.now() and end - start <= MOST_BACK):
            raise forms.ValidationError(_("Choose a beginning before the end, in the past, at most three months long."))
        return given


class ConnectForm(forms.Form):
    """The settings a network asks for. A secret left empty keeps the one stored; it is never shown."""

    WIDGETS: ClassVar[dict[str, type[forms.Widget]]] = {"secret": forms.PasswordInput}

    def __init__(
        self, network: Network, settings_now: dict[str, str], *args: Any, is_stored: bool, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.network = network
        for field in network.fields:
            now = settings_now.get(field.name, field.default)
            self.fields[field.name] = _form_field(network.key, field, now, is_stored=is_stored)

    def given(self, kind_is_secret: bool) -> dict[str, str]:  # noqa: FBT001  one question with two answers
        """Return the settings, or the secrets, that were filled in."""
        names = {field.name for field in self.network.fields if (field.kind == "secret") == kind_is_secret}
        return {name: str(self.cleaned_data[name]).strip() for name in names if self.cleaned_data.get(name)}


def _form_field(network: str, field: Field, now: str, *, is_stored: bool) -> forms.Field:
    code = f"{network}.{field.name}"
    is_secret = field.kind == "secret"
    common: dict[str, Any] = {
        "label": _words(code, field.name),
        "help_text": _words(f"{code}.help", ""),
        "required": field.required and not (is_secret and is_stored),
        "initial": "" if is_secret else now,
    }
    if field.kind == "choice":
        return forms.ChoiceField(choices=[(one, _words(f"{code}.{one}", one)) for one in field.choices], **common)
    if field.kind == "url":
        return forms.URLField(max_length=1000, assume_scheme="https", **common)
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"}) if is_secret else forms.TextInput()
    if is_secret and is_stored:
        common["help_text"] = f"{common['help_text']} {_('Leave empty to keep the one stored.')}".strip()
    return forms.CharField(max_length=2000, widget=widget, **common)


def _words(code: str, otherwise: str) -> str:
    """Return what the network's own catalogue says under this code; a third party may have forgotten it."""
    found = str(gettext(code))
    return otherwise if found == code else found
