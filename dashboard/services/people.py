"""Who looks at a page, as far as that can be told without accounts: which browser it is."""

import hashlib
from collections.abc import Mapping

import streamlit as st
from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string

COOKIE = "_streamlit_xsrf"
"""Streamlit's server gives every browser a random token in it, masked anew at each request."""


def person() -> str:
    """Return what tells this browser from others, and nothing about who uses it; empty where it takes no cookies."""
    return person_of(st.context.cookies)


def person_of(cookies: Mapping[str, str]) -> str:
    """Return what tells a browser from others, by the cookies that it sends."""
    token, _ = decode_xsrf_token_string(cookies.get(COOKIE, ""))
    return hashlib.sha256(token).hexdigest()[:32] if token else ""
