"""A server of the page of players, with the routes that bring their sound."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import streamlit as st

from dashboard.components.clip_routes import ROUTES

app = st.App("player_gallery.py", routes=ROUTES)
