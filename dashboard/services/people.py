"""Who looks at a page, as far as that can be told without accounts: which browser it is."""

import hashlib

import streamlit as st
from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string

COOKIE = "_streamlit_xsrf"
"""Streamlit's server gives every browser a random token in it, masked anew at each request."""


def person() -> str:
    """Return what tells this browser from others, and nothing about who uses it; empty where it takes no cookies."""
    token, _ = decode_xsrf_token_string(st.context.cookies.get(COOKIE, ""))
    return hashlib.sha256(token).hexdigest()[:32] if token else ""
