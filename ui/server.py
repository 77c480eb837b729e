"""Assembles the page's process: the routes of ``ui/api`` by name, the WebSocket, the documentation, Gradio last.

Computes nothing. What is mounted at ``/`` swallows every path that comes after it, so Gradio is mounted last.
"""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, cast

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.routing import Match

import ui.api
from measurement.errors import NotFound
from ui.body_limit import BodyLimit
from ui.house import House
from ui.login import login_router
from ui.metrics import metrics_router
from ui.replies import ErrorReply, LastResort, StrictJSON, error_reply, speak_in_sentences
from ui.security import Door, Gate
from ui.websocket import Feed, websocket_router

API_PREFIX = "/api"
EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
ERROR_SHAPES: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorReply, "description": text}
    for status, text in {
        404: "No such name; close ones are in the details",
        409: "It does not fit the present state",
        422: "Understood and not allowed; nothing was changed",
        503: "Not there, or not able to answer now",
    }.items()
}


def create_app(house: House, page: bool = True) -> FastAPI:
    """Build the application around ``house``; ``page=False`` leaves Gradio out (programs only)."""
    feed = Feed(house)
    app = _documented_app(house, feed)
    speak_in_sentences(app)
    routers = dict(api_routers(house))
    for name, router in routers.items():
        app.include_router(router, prefix=API_PREFIX, tags=[name], responses=ERROR_SHAPES)
    app.include_router(websocket_router(house, feed))
    app.include_router(metrics_router(house))
    door = Door(house.host, house.hosts, house.token)
    if house.token is not None:
        app.include_router(login_router(door))
    _end_of_api(app, routers.values())
    if page:
        _mount_page(app, house)
    # The last one added is the outermost: the gate stands in front, the last resort right behind it.
    app.add_middleware(BodyLimit, prefix=API_PREFIX + "/")
    app.add_middleware(LastResort)
    app.add_middleware(Gate, door=door)
    return app


def api_routers(house: House) -> Iterator[tuple[str, APIRouter]]:
    """One resource a file: every module in ``ui/api`` gives its ``router(house)``; the file's name is its tag."""
    for found in sorted(pkgutil.iter_modules(ui.api.__path__), key=lambda module: module.name):
        make = cast("Callable[[House], APIRouter]", import_module(f"ui.api.{found.name}").router)
        yield found.name, make(house)


def _documented_app(house: House, feed: Feed) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with feed:
            yield

    # FastAPI's own documentation pages load from a CDN; fastapi-offline serves the same pages from its wheel.
    return FastAPIOffline(
        title="Lodger",
        version=house.version,
        description="A local LLM that lodges beside your simulation. Chat over `/api/chat` or the WebSocket `/ws`.",
        lifespan=lifespan,
        default_response_class=StrictJSON,
        redoc_url=None,
        static_url="/docs-assets",
        swagger_ui_parameters={"validatorUrl": None, "defaultModelsExpandDepth": -1},
    )


def _end_of_api(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Answer what is left under ``/api`` with JSON, before Gradio would answer it with a page."""

    @app.api_route(API_PREFIX + "/{path:path}", methods=EVERY_METHOD, include_in_schema=False)
    def unknown(path: str, request: Request) -> StrictJSON:
        allowed = _methods_at(routers, path, request.method)
        if allowed:
            words = ", ".join(sorted(allowed))
            answer = error_reply(f"{request.method} is not answered at /api/{path}; use {words}.", 405)
            answer.headers["Allow"] = words
            return answer
        raise NotFound(f"There is no route /api/{path}; the documentation at /docs lists them all.")


def _methods_at(routers: Iterable[APIRouter], path: str, method: str) -> set[str]:
    """The methods that the asked path does answer to."""
    scope = {"type": "http", "path": f"/{path}", "root_path": "", "method": method}
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return {word for route in routes if route.matches(scope)[0] is Match.PARTIAL for word in route.methods or ()}


def _mount_page(app: FastAPI, house: House) -> None:
    from ui.page import mount_page  # gradio takes seconds to import, and programs do not need it

    mount_page(app, house)
