"""The login form, for browsers: the token in, a cookie out. Only there when a token is set; needs no script."""

from __future__ import annotations

import html
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from ui.security import LOGIN_PATH, Door

COOKIE_SECONDS = 30 * 24 * 3600

FORM = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Lodger: log in</title>
<style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;display:grid;place-items:center;
min-height:90vh;margin:0}}form{{display:grid;gap:.75rem;width:min(20rem,90vw)}}input,button{{font:inherit;padding:.5rem}}
p{{margin:0}}</style></head><body><form method="post" action="/login"><h1>Lodger</h1>
<label for="token">Token</label><input id="token" name="token" type="password" autocomplete="current-password"
autofocus required><button>Log in</button><p role="alert">{remark}</p></form></body></html>"""


def login_router(door: Door) -> APIRouter:
    """The form, and the two ways in: posting it, or opening ``/login?token=…``."""
    router = APIRouter(include_in_schema=False)

    @router.get(LOGIN_PATH)
    def show(token: Annotated[str | None, Query()] = None) -> Response:
        return _form() if token is None else _enter(door, token)

    @router.post(LOGIN_PATH)
    def submit(token: Annotated[str, Form()] = "") -> Response:
        return _enter(door, token)

    return router


def _enter(door: Door, token: str) -> Response:
    if not door.opens_for(token):
        return _form("That is not the token of this Lodger.", 403)
    answer = RedirectResponse("/", status_code=303)
    answer.set_cookie(door.cookie_name, door.cookie_value, max_age=COOKIE_SECONDS, httponly=True, samesite="lax")
    return answer


def _form(remark: str = "", status: int = 200) -> HTMLResponse:
    return HTMLResponse(FORM.format(remark=html.escape(remark)), status_code=status)
