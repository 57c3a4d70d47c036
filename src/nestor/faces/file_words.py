"""Why a file was not taken, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nestor.media.actions import Turned

WHY: dict[str, str | Promise] = {
    "empty": gettext_lazy("“{name}” is empty."),
    "too_big": gettext_lazy("“{name}” is too large: {found} MB, at most {most} MB are taken."),
    "type": gettext_lazy("“{name}” is none of what is taken here: {taken}."),
    "pixels": gettext_lazy("“{name}” has too many pixels: at most {most} million are taken."),
    "broken": gettext_lazy("“{name}” is damaged: it cannot be opened."),
    "too_many": gettext_lazy("“{name}” is one too many: at most {most} are taken."),
}


def turned_words(one: Turned) -> str:
    """Return why a file was not taken."""
    return str(WHY[one.code]).format(name=one.name or _("The file"), **dict(one.params))
