"""The API put together: its routers, its problems, and its description (OpenAPI)."""

from copy import deepcopy
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from nestor import __version__
from nestor.faces.api.v1 import (  # noqa: F401  their endpoints join the router
    accounts,
    answers,
    clocks,
    connecting,
    deeds,
    elsewhere,
    files,
    forwarding,
    looking,
    members,
    notices,
    ordering,
    our_brand,
    relief,
    replies,
    retention,
    rota,
    team,
    translating,
    webhooks,
)
from nestor.faces.api.v1.caller import KEY, VISIBLE, Bearer
from nestor.faces.api.v1.problems import BY_STATUS, KINDS, MEDIA_TYPE, Problem, answer_of, misfits_of
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.stream import STREAM
from nestor.faces.api.v1.told import ProblemShape
from nestor.routing.reads import BadCursor

ABOUT = """Everything a page of the desk can do. Ids are opaque, times are UTC,
lists are read page by page with `after`.

What is sealed is never here. A text goes out through the guard, like any other. Problems follow RFC 9457."""
WRITES = ("post", "put", "delete")
EXPECTED = (400, 401, 403, 404, 405, 409, 413, 422, 429)


class DeskAPI(NinjaAPI):
    """Our API: operations are called by their function's name, and every one may answer with a problem."""

    def get_openapi_operation_id(self, operation: Any) -> str:
        """Return the name under which generated clients call it."""
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        """Return the description, with problems and keys in it."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        _name_scopes(schema)
        schema["components"]["schemas"]["Problem"] = ProblemShape.model_json_schema() | {"title": "Problem"}
        schema["paths"]["/api/v1/events"] = deepcopy(STREAM)
        for path in schema["paths"].values():
            for method, operation in path.items():
                _complete(method, operation)
        return schema


def _name_scopes(schema: OpenAPISchema) -> None:
    """Say of each operation which scope it asks for; the whole description of a scope is a word of ours."""
    for path, view in router.path_operations.items():
        where = f"/api/v1{path}".replace("{public:", "{")
        for operation in view.operations:
            scope = next((one.scope for one in operation.auth_callbacks if isinstance(one, Bearer)), None)
            for method in operation.methods:
                schema["paths"][where][method.lower()]["x-scope"] = scope.value if scope is not None else ""


def _complete(method: str, operation: dict[str, Any]) -> None:
    problem = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status in EXPECTED:
        title = str(KINDS[BY_STATUS[status]].title)
        operation["responses"].setdefault(status, {"description": title, **problem})
    if method in WRITES:
        key = {
            "in": "header",
            "name": KEY,
            "required": operation["operationId"] == answers.answer.__name__,
            "schema": {"type": "string", "pattern": f"^{VISIBLE.pattern}$"},
            "description": "The same key gives the same result: nothing is done twice.",
        }
        operation["parameters"] = [*operation.get("parameters", []), key]


api = DeskAPI(
    title="Nestor",
    version=f"1 ({__version__})",
    description=ABOUT,
    urls_namespace="api-v1",
    docs_url=None,
    openapi_url="/openapi.json",
)
api.add_router("", router)


@api.exception_handler(Problem)
def say_problem(request: HttpRequest, problem: Problem) -> HttpResponse:  # noqa: ARG001  ninja's signature
    """Answer with a problem one of ours has raised."""
    return answer_of(problem.code, problem.more)


@api.exception_handler(ValidationError)
def say_misfits(request: HttpRequest, error: ValidationError) -> HttpResponse:  # noqa: ARG001  ninja's signature
    """Answer what does not fit, and where."""
    return answer_of("invalid", {"errors": misfits_of(error.errors)})


@api.exception_handler(BadCursor)
def say_bad_cursor(request: HttpRequest, error: BadCursor) -> HttpResponse:  # noqa: ARG001  ninja's signature
    """Answer that a cursor is none of ours."""
    return answer_of("invalid", {"errors": misfits_of([{"loc": ("query", "after"), "type": "cursor"}])})


@api.exception_handler(AuthenticationError)
def say_unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:  # noqa: ARG001  ninja's signature
    """Answer who brings no token."""
    return answer_of("unknown_caller")


@api.exception_handler(HttpError)
def say_error(request: HttpRequest, error: HttpError) -> HttpResponse:  # noqa: ARG001  ninja's signature
    """Answer what ninja itself refuses: a body that cannot be read."""
    return answer_of(BY_STATUS.get(error.status_code, "broken"))
