"""What a brand is called, how it looks and speaks, and what of it is public."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from nestor.brands.actions import change_brand
from nestor.brands.models import Brand
from nestor.faces.brand_traits import MOST_CONTACTS, brand_name, contacts_in, zones_for
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.settings_pages import settings_context
from nestor.faces.web.translators import offered_to
from nestor.people.rules import Permission
from nestor.routing.actions.views import TINTS
from nestor.triage.translators.contract import CannotTranslate, Described

TINT_NAMES = (
    gettext_lazy("blue-green"),
    gettext_lazy("red"),
    gettext_lazy("ochre"),
    gettext_lazy("green"),
    gettext_lazy("blue"),
    gettext_lazy("violet"),
    gettext_lazy("pink"),
    gettext_lazy("orange"),
)


class BrandForm(forms.Form):
    """The settings of a brand."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    tint = forms.TypedChoiceField(
        label=gettext_lazy("Colour"), coerce=int, choices=[(number, TINT_NAMES[number]) for number in range(TINTS)]
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language it speaks first"), choices=[("fr", "Français"), ("en", "English")]
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=[],
        help_text=gettext_lazy("Opening hours are lived in it; clocks that run are counted anew when it changes."),
    )
    is_institution = forms.BooleanField(label=gettext_lazy("A public institution"), required=False)
    own_contacts = forms.CharField(
        label=gettext_lazy("Public numbers and addresses, one a line"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        help_text=gettext_lazy("What is the brand’s own may be said in public; the checks let it pass in answers."),
    )

    def __init__(self, *args: Any, brand: Brand, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {name: getattr(brand, name) for name in ("name", "tint", "language", "zone", "is_institution")}
        self.initial["own_contacts"] = "\n".join(brand.own_contacts)
        zone = self.fields["zone"]
        if isinstance(zone, forms.ChoiceField):
            zone.choices = [(name, name.replace("_", " ")) for name in zones_for(brand)]

    def clean_name(self) -> str:
        """Refuse a name that cannot be seen."""
        name = brand_name(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Give a name of at most 120 characters."))
        return name

    def clean_own_contacts(self) -> list[str]:
        """Return the lines that say something."""
        found = contacts_in(self.cleaned_data["own_contacts"].splitlines())
        if len(found) > MOST_CONTACTS:
            raise forms.ValidationError(_("At most %(most)s lines.") % {"most": MOST_CONTACTS})
        return found


def brand_page(
    request: DeskRequest,
    form: BrandForm | None = None,
    *,
    asked: Described | None = None,
    broken: tuple[str, CannotTranslate] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the page; `asked` and `broken` are what a translator somebody chose said of itself, or why it cannot."""
    brand = request.seat.brand
    context = settings_context(request.seat, "settings_brand") | {
        "form": form if form is not None else BrandForm(brand=brand),
        "translators": offered_to(brand, asked=asked, broken=broken),
    }
    return render(request, "web/settings_brand.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@seated(Permission.HEAD)
def show_brand(request: DeskRequest) -> HttpResponse:
    """The settings of the brand one speaks for."""
    brand = request.seat.brand
    form = BrandForm(request.POST or None, brand=brand)
    if request.method == "POST" and form.is_valid():
        done = change_brand(brand, request.now, actor_id=request.user.pk, **form.cleaned_data)
        messages.info(request, _("Kept.") if done else _("Nothing was changed: that is so already."))
        return HttpResponseRedirect(request.path)
    return brand_page(request, form, status=422 if form.errors else 200)
