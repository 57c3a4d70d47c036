"""The guard's findings in sentences. Codes come from its rules; one nobody has put into words yet gets its family's."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from nestor.guard.rules.contract import Finding, Level

FAMILIES: dict[str, str | Promise] = {
    "insult": gettext_lazy("This reads as an insult."),
    "contempt": gettext_lazy("This reads as contempt."),
    "crude": gettext_lazy("This is crude."),
    "personal": gettext_lazy("This looks like personal data."),
    "promise": gettext_lazy("This promises something the brand will be held to."),
    "limits": gettext_lazy("This does not fit what the network accepts."),
    "account": gettext_lazy("This may be the wrong account."),
    "links": gettext_lazy("This link may be a problem."),
    "shape": gettext_lazy("Some characters may be read wrongly or not at all."),
    "repeat": gettext_lazy("Nearly the same text was sent to others lately."),
    "guard": gettext_lazy("The checks could not read this text."),
}
SENTENCES: dict[str, str | Promise] = {
    "empty_text": gettext_lazy("There is nothing to read in this."),
    "too_long": gettext_lazy("%(over)s too many: the network takes %(most)s."),
    "too_many_bytes": gettext_lazy("%(over)s bytes too many: the network takes %(most)s."),
    "subject_too_long": gettext_lazy("The subject is too long."),
    "too_long_to_check": gettext_lazy("Too long to be checked."),
    "guard_failed": gettext_lazy("One of the checks failed, so this goes to a second person."),
    "insult": gettext_lazy("This insults somebody."),
    "hate_word": gettext_lazy("This word attacks people for what they are."),
    "hate": gettext_lazy("This attacks people for what they are."),
    "threat": gettext_lazy("This reads as a threat."),
    "crude_word": gettext_lazy("This is crude."),
    "mild_word": gettext_lazy("This is familiar, perhaps too much here."),
    "double_meaning": gettext_lazy("This word has a second, crude meaning."),
    "quoted_crude_word": gettext_lazy("A crude word, quoted."),
    "scorn": gettext_lazy("This talks down to them."),
    "cold_words": gettext_lazy("This sounds cold."),
    "wrong_account": gettext_lazy("This sounds like another account’s words. Is it the right one?"),
    "grief_hashtag": gettext_lazy("People mourn under this tag."),
    "personal_iban": gettext_lazy("A bank account number."),
    "personal_nir": gettext_lazy("A social security number."),
    "personal_card": gettext_lazy("A card number."),
    "personal_phone": gettext_lazy("Somebody’s phone number."),
    "personal_email": gettext_lazy("Somebody’s address."),
    "control_characters": gettext_lazy("Control characters nobody sees."),
    "unseen_characters": gettext_lazy("Characters nobody sees."),
    "unseen_joiners": gettext_lazy("Characters nobody sees."),
    "unseen_tags": gettext_lazy("Characters nobody sees."),
    "direction_marks": gettext_lazy("Hidden marks that turn the reading direction."),
    "unknown_address": gettext_lazy("This address is not one the brand publishes."),
    "promise_refund": gettext_lazy("This promises money."),
    "promise_fault": gettext_lazy("This admits a fault."),
    "promise_guarantee": gettext_lazy("This guarantees something."),
    "promise_deadline": gettext_lazy("This promises a date: somebody must keep it."),
    "private_link": gettext_lazy("This link opens inside your house only."),
    "staging_link": gettext_lazy("This link leads to a test site."),
    "broken_link": gettext_lazy("This link looks broken."),
    "secret_in_link": gettext_lazy("This link carries a secret."),
    "unfilled_blank": gettext_lazy("A blank was left unfilled."),
    "maybe_unfilled_blank": gettext_lazy("This may be a blank left unfilled."),
    "same_answer": gettext_lazy("The same text went to others lately."),
    "shouting": gettext_lazy("Capitals read as shouting."),
    "fancy_letters": gettext_lazy("Screen readers cannot read these letters."),
    "stacked_accents": gettext_lazy("These piled-up signs cover the lines around."),
    "misread_characters": gettext_lazy("Some characters are read wrongly."),
    "mixed_alphabets": gettext_lazy("Letters of two alphabets in one word."),
    "soft_hyphens": gettext_lazy("Hidden hyphens."),
}
REMEDIES: dict[Level, str | Promise] = {
    Level.WARN: gettext_lazy("Sent only if you confirm."),
    Level.STOP: gettext_lazy("A second person must clear it, or change the words."),
    Level.ABSOLUTE: gettext_lazy("Nobody can clear this: change the words."),
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
        sentence=sentence_for(one),
        remedy=str(REMEDIES.get(one.level, "")),
        place=place,
        fix=fix,
    )


def sentence_for(one: Finding) -> str:
    """Return the sentence of a finding: the catalogue's under its code, else its family's."""
    sentence = SENTENCES.get(one.id)
    if sentence is None:
        return str(FAMILIES.get(one.family.value, one.id))
    return str(sentence) % one.params
