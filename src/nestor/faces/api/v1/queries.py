"""What may stand in an address after the question mark: a name the desk does not know is refused, never passed over."""

from django.http import HttpRequest

from nestor.faces.api.v1.problems import Problem, misfits_of
from nestor.faces.api.v1.routes import router

ROOT = "api/v1"
MOST_NAMED, MOST_NAME = 5, 60


def check_query(request: HttpRequest) -> None:
    """Raise `Problem` for names an endpoint does not take: whoever mistypes a filter must not be shown everything."""
    unknown = sorted(set(request.GET) - _known(request))[:MOST_NAMED]
    if unknown:
        misfits = [{"loc": ("query", name[:MOST_NAME]), "type": "extra_forbidden"} for name in unknown]
        raise Problem("invalid", errors=misfits_of(misfits))


def _known(request: HttpRequest) -> set[str]:
    route = request.resolver_match.route if request.resolver_match is not None else ""
    path = route.removeprefix(ROOT).replace("<", "{").replace(">", "}")
    view = router.path_operations.get(path)
    operations = view.operations if view is not None else ()
    models = [model for one in operations if request.method in one.methods for model in one.models]
    return {
        name
        for model in models
        if getattr(model, "__ninja_param_source__", "") == "query"
        for name in model.__ninja_flatten_map__
    }
