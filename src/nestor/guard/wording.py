"""The guard's findings in words: msgids, to be translated by whoever shows them. Pure: the command line has no Django.

Parameters stand in braces and are filled with `str.format` after translation.
"""

from collections.abc import Mapping

from nestor.guard.rules.contract import Family


def gettext_noop(text: str) -> str:
    """Mark a msgid for the catalogues; it is translated later."""
    return text


SENTENCES: Mapping[str, str] = {
    "insult": gettext_noop("This insults the person who reads it."),
    "hate": gettext_noop("This attacks people for what they are."),
    "hate_word": gettext_noop("This word attacks people for what they are."),
    "threat": gettext_noop("This reads as a threat."),
    "crude_word": gettext_noop("This is a swear word."),
    "mild_word": gettext_noop("This word is coarse: do we speak like this?"),
    "quoted_crude_word": gettext_noop("A crude word, quoted or in a title: check that the quotation is clear."),
    "double_meaning": gettext_noop("This name has another meaning that may be made fun of."),
    "scorn": gettext_noop("This dismisses or belittles the person who reads it."),
    "cold_words": gettext_noop("This may be read as cold or impatient."),
    "wrong_account": gettext_noop("This does not sound like this account: is it the right one?"),
    "grief_hashtag": gettext_noop("This hashtag belongs to people who suffer: read what it stands for first."),
    "personal_phone": gettext_noop("This shows somebody's phone number."),
    "unknown_number": gettext_noop("This phone number is not one of ours: is it public?"),
    "personal_iban": gettext_noop("This shows a bank account number."),
    "personal_nir": gettext_noop("This shows a social security number."),
    "personal_card": gettext_noop("This shows a payment card number."),
    "personal_email": gettext_noop("This shows somebody's e-mail address."),
    "unknown_address": gettext_noop("This e-mail address is not one of ours: is it public?"),
    "promise_refund": gettext_noop("This promises money or a gift: are we sure?"),
    "promise_fault": gettext_noop("This admits a fault, and can be held against us."),
    "promise_guarantee": gettext_noop("This guarantees something we will be held to."),
    "promise_deadline": gettext_noop("This gives a deadline we will be held to."),
    "empty_text": gettext_noop("There is nothing to read here."),
    "too_long": gettext_noop("Too long by {over}: {found} of {most} allowed by the network."),
    "window_closed": gettext_noop("The network takes an answer for {hours} h after their last message: that is over."),
    "too_many_bytes": gettext_noop("Too many bytes for the network: {found} of {most}."),
    "subject_too_long": gettext_noop("The subject is too long by {over}."),
    "description_too_long": gettext_noop("An image description is too long by {over}."),
    "file_type": gettext_noop("The network does not take files of that kind here."),
    "file_too_big": gettext_noop("A file is larger than the network takes."),
    "undescribed": gettext_noop("Not described for people who cannot see: {n} of the pictures."),
    "too_many_images": gettext_noop("Too many images: {found}, the network takes {most}."),
    "private_link": gettext_noop("Nobody outside can open this link."),
    "staging_link": gettext_noop("This looks like the link of a test site."),
    "broken_link": gettext_noop("This link looks broken."),
    "secret_in_link": gettext_noop("This link gives away a password or a key."),
    "unfilled_blank": gettext_noop("A blank of the template was not filled in."),
    "maybe_unfilled_blank": gettext_noop("Was something to be filled in here?"),
    "control_characters": gettext_noop("There are control characters nobody can see."),
    "unseen_characters": gettext_noop("There are characters nobody can see."),
    "unseen_joiners": gettext_noop("Invisible joiners hide inside words."),
    "unseen_tags": gettext_noop("Invisible tags hide in this text."),
    "direction_marks": gettext_noop("Invisible marks turn the direction of this text."),
    "shouting": gettext_noop("Capitals read as shouting, and screen readers may spell them out."),
    "fancy_letters": gettext_noop("Screen readers cannot read these ornamental letters."),
    "stacked_accents": gettext_noop("Stacked accents make this unreadable."),
    "misread_characters": gettext_noop("These characters were read in the wrong encoding."),
    "mixed_alphabets": gettext_noop("This word mixes letters of two alphabets."),
    "soft_hyphens": gettext_noop("There are hidden hyphens in this text."),
    "same_answer": gettext_noop("Nearly the same answer went to other people lately ({count})."),
    "second_answer": gettext_noop("{who} answered this person ({time}). Read it first: yours would be the second."),
    "second_answer_app": gettext_noop("This person was answered in the network's own app ({time}). Read it first."),
    "second_answer_elsewhere": gettext_noop("{who} answered this person elsewhere ({time})."),
    "too_long_to_check": gettext_noop("This is too long to be checked: more than {most} characters."),
    "guard_failed": gettext_noop("A check failed, so nothing goes out."),
}

OF_A_FAMILY: Mapping[Family, str] = {
    Family.INSULT: gettext_noop("This reads as an insult."),
    Family.CONTEMPT: gettext_noop("This reads as contempt."),
    Family.CRUDE: gettext_noop("This is crude."),
    Family.ACCOUNT: gettext_noop("This does not sound like this account: is it the right one?"),
    Family.PERSONAL: gettext_noop("This looks like personal data."),
    Family.PROMISE: gettext_noop("This promises something the brand will be held to."),
    Family.LIMITS: gettext_noop("This does not fit what the network accepts."),
    Family.LINKS: gettext_noop("This link may be a problem."),
    Family.SHAPE: gettext_noop("Some characters may be read wrongly or not at all."),
    Family.REPEAT: gettext_noop("Nearly the same text was sent to others lately."),
    Family.GUARD: gettext_noop("The checks could not read this text."),
}


def msgid_of(code: str, family: Family) -> str:
    """Return the msgid of a finding's code, its family's where nobody has put the code into words.

    What follows a colon names what the finding is about.
    """
    return SENTENCES.get(code.partition(":")[0]) or OF_A_FAMILY[family]
