"""An address somebody pasted to say which other conversation or member they mean."""

import re

from nestor.faces.web.desk import DeskRequest

IN_ADDRESS = re.compile(r"([0-9a-z]{16})/?(?:[?#].*)?$")
MOST = 200  # characters of an address, from its end


def other_in(request: DeskRequest) -> str:
    """Return the public id at the end of what was pasted, "" where there is none."""
    found = IN_ADDRESS.search(request.POST.get("other", "").strip()[-MOST:])
    return found[1] if found else ""
