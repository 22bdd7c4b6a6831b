"""The API's description (OpenAPI 3.1) and a page that shows it, served from this process alone."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Any

import flask_swagger_ui
from flask import Blueprint, Flask, Response, json, send_from_directory
from flask_smorest import Api
from flask_smorest.utils import prepare_response

from api.access import COOKIE
from api.bodies import Resource
from api.conditions import describe_conditions, honours_if_match
from api.described_events import with_events
from api.described_files import with_files
from api.problems import MIMETYPE
from api.schemas import ProblemForm

FOLDER = Path(flask_swagger_ui.__file__).parent / "dist"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Carnet API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<link rel="icon" href="/api/docs/favicon-32x32.png">
<div id="docs"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</html>
"""
START = """SwaggerUIBundle({
  url: "/api/v1/openapi.json", dom_id: "#docs", deepLinking: true, presets: [SwaggerUIBundle.presets.apis],
});
"""
CONFIGURATION = {
    "API_TITLE": "Carnet",
    "API_VERSION": "1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api/v1",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "info": {
            "description": "An event-sourced order book. Every refusal is a problem document (RFC 9457), every amount "
            "a text with exactly its currency's decimals; ETag and If-Match carry versions, Idempotency-Key makes a "
            "POST safe to repeat, X-Position and X-Min-Position let a reader see what was just written. "
            "A position is told with the epoch of the log; what was told in another epoch, before the database was "
            "promoted or restored, is refused as `epoch-changed` with the last position that both have in common."
        }
    },
}

WRITES = frozenset({"post", "put", "patch", "delete"})

docs = Blueprint("docs", __name__, url_prefix="/api/docs")


class Description(Api):  # type: ignore[misc]
    """The API's description, in which every refusal is a problem document; errors are answered in `api.problems`.

    What the routes say of themselves is gathered when the description is first asked for: it takes longer than all else
    of a process's start.
    """

    ERROR_SCHEMA = ProblemForm

    def __init__(self, app: Flask) -> None:
        self._undescribed: list[Resource] = []
        self._describing = Lock()
        self._text = ""
        super().__init__(app)

    def register_blueprint(self, resource: Resource, **options: Any) -> None:
        """Adds the routes of a resource."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][resource.name] = self
        self._app.register_blueprint(resource, **options)
        self._undescribed.append(resource)

    def _openapi_json(self) -> Response:
        with self._describing:
            if not self._text:
                for resource in self._undescribed:
                    self._tell_conditions(resource)
                    resource.register_views_in_doc(self, self._app, self.spec, name=resource.name, parameters=None)
                    self.spec.tag({"name": resource.name, "description": resource.description})
                self._text = json.dumps(with_files(with_events(self.spec.to_dict())), indent=2, sort_keys=False)
        return Response(self._text, mimetype="application/json")

    def _tell_conditions(self, resource: Resource) -> None:
        for endpoint, operations in resource.documented():
            if honours_if_match(self._app.view_functions[f"{resource.name}.{endpoint}"]):
                for method in WRITES & operations.keys():
                    describe_conditions(operations[method])

    def _register_error_handlers(self) -> None:
        """None of the library's: they drop headers."""

    def _register_responses(self) -> None:
        """A description of every refusal, in the form it has."""
        for status in HTTPStatus:
            if status >= 400:
                self._register_problem(status.name, status.phrase)
            else:
                self.spec.components.response(status.name, {"description": status.phrase}, lazy=True)
        self._register_problem(self.DEFAULT_ERROR_RESPONSE_NAME, "Any other refusal")

    def _register_problem(self, name: str, description: str) -> None:
        response: dict[str, Any] = {"description": description, "schema": ProblemForm}
        prepare_response(response, self.spec, MIMETYPE)
        self.spec.components.response(name, response, lazy=True)


def describe(app: Flask) -> Description:
    """The description of this application, to which blueprints are added."""
    app.config.update(CONFIGURATION)
    api = Description(app)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": COOKIE})
    return api


@docs.get("/")
def page() -> Response:
    """The page."""
    return Response(PAGE, mimetype="text/html")


@docs.get("/start.js")
def start() -> Response:
    """What starts the page: a file of its own, for no script stands inline."""
    return Response(START, mimetype="text/javascript")


@docs.get("/<any('swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'):name>")
def file(name: str) -> Response:
    """The page's parts."""
    return send_from_directory(FOLDER, name, max_age=86_400)


@docs.after_request
def allow_page(response: Response) -> Response:
    """The page may run its own files, nothing inline and nothing from elsewhere."""
    response.headers["Content-Security-Policy"] = POLICY
    return response
