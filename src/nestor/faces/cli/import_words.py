"""What the codes of a bad row mean, in words."""

from collections.abc import Mapping
from gettext import gettext as _


def sentences() -> dict[str, str]:
    """Return a sentence for every code of `nestor.inbox.formats`."""
    return _of_rows() | _of_files()


def _of_rows() -> dict[str, str]:
    return {
        "not_json": _("This is not JSON."),
        "not_an_object": _("This is JSON, but not an object in braces."),
        "line_too_long": _("This row is longer than any message."),
        "not_text": _("These bytes are no text in the encoding of the file."),
        "text_missing": _("There is no text."),
        "wrong_type": _("The field “{field}” holds something else than it should."),
        "date_missing": _("There is no date; --date gives one to rows that have none."),
        "date_unreadable": _("The date cannot be read."),
        "date_too_early": _("The date is before 1970."),
        "date_in_future": _("The date is in the future."),
        "kind_unknown": _("There is no such kind of message."),
        "columns": _("The row has {found} columns, the first line has {expected}."),
        "quotes": _("Its quotes do not match."),
        "mail_broken": _("This mail cannot be read."),
        "id_missing": _("The comment has no number."),
        "id_taken": _("Another message has this id already; use another --channel for another file."),
    }


def _of_files() -> dict[str, str]:
    return {
        "empty": _("The file is empty."),
        "no_text_column": _("No column looks like the text; name it with --text-column."),
        "column_missing": _("There is no column “{column}”."),
        "too_many_columns": _("The first line has more than {most} columns."),
        "encoding_unknown": _("There is no such encoding."),
        "encoding_broken": _("From here on the file is no text in its encoding."),
        "no_mail": _("There is no mail in this file."),
        "no_export": _("This is XML, but not a WordPress export."),
        "xml_broken": _("From here on the file is no XML; what stood before is taken in."),
        "xml_doctype": _("The file declares a document type, which exports do not and attacks do."),
    }


def explain_row(code: str, params: Mapping[str, str | int]) -> str:
    """Return the sentence of a code with its parameters."""
    return sentences()[code].format(**params)
