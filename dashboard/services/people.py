"""Who looks at a page, as far as that can be told without accounts: which browser it is."""

import hashlib
import secrets
from collections.abc import Mapping

import streamlit as st
from starlette.responses import Response

COOKIE, COOKIE_SECONDS = "genre-lab-browser", 2 * 24 * 3600
"""A random token that a browser keeps for as long as anything of a class is kept: who comes back has the same seat."""


def know_again(response: Response, cookies: Mapping[str, str]) -> None:
    """Let a browser with these cookies keep its token, or get one."""
    token = cookies.get(COOKIE) or secrets.token_urlsafe(16)
    response.set_cookie(COOKIE, token, COOKIE_SECONDS, httponly=True, samesite="lax")


def person() -> str:
    """Return what tells this browser from others, and nothing about who uses it; empty where it takes no cookies."""
    return person_of(st.context.cookies)


def person_of(cookies: Mapping[str, str]) -> str:
    """Return what tells a browser from others, by the cookies that it sends."""
    token = cookies.get(COOKIE, "")
    return hashlib.sha256(token.encode()).hexdigest()[:32] if token else ""
