"""The guard's findings as the answer box shows them: its sentences translated, and what can be done about each."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nestor.faces.web.templatetags.desk import short
from nestor.guard.rules.contract import Family, Finding, Level
from nestor.guard.wording import msgid_of

REMEDIES: dict[Level, str | Promise] = {
    Level.WARN: gettext_lazy("Sent only if you confirm."),
    Level.STOP: gettext_lazy("A second person must clear it, or change the words."),
    Level.ABSOLUTE: gettext_lazy("Nobody can clear this: change the words."),
}
OWN_REMEDIES: dict[str, str | Promise] = {
    "window_closed": gettext_lazy(
        "Nothing is sent. Wait until they write again, answer where you have no such window, or resolve it."
    ),
}


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """One finding as the answer box shows it; `fix` is JSON for the page's script, "" where there is none."""

    id: str
    level: str
    sentence: str
    remedy: str
    place: str
    fix: str
    conversation: str = ""  # another one that it is about


def shown_findings(findings: Iterable[Finding], text: str) -> list[ShownFinding]:
    """Return findings in words, heaviest first, as they come."""
    return [_shown(one, text) for one in findings]


def _shown(one: Finding, text: str) -> ShownFinding:
    place = ""
    if one.where == "text" and one.spans:
        start, end = one.spans[0]
        place = text[start:end][:60]
    fix = ""
    if one.fix is not None and one.where == "text":
        fix = json.dumps([[part.start, part.end, part.text] for part in one.fix])
    return ShownFinding(
        id=one.id,
        level=one.level.value,
        sentence=sentence_for(one.id, one.family, one.params),
        remedy=str(OWN_REMEDIES.get(one.id) or REMEDIES.get(one.level, "")),
        place=place,
        fix=fix,
        conversation=one.params.get("conversation", ""),
    )


def sentence_for(code: str, family: Family, params: Mapping[str, str]) -> str:
    """Return what a finding says, in the language of whoever looks."""
    words = dict(params)
    if "at" in words:
        words["time"] = short(timezone.localtime(datetime.fromisoformat(words["at"])))
    if not words.get("who", " "):
        words["who"] = _("Somebody no longer here")
    return _(msgid_of(code, family)).format(**words)


def stored_sentence(finding: Mapping[str, Any]) -> str:
    """Return what a finding kept with a request for consent says."""
    return sentence_for(str(finding["id"]), Family(finding["family"]), finding.get("params", {}))
