"""A server of the page of players, with the routes that bring its sound, over the clips that PLAYER_CLIPS lists."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import streamlit as st

from dashboard.components.clip_routes import ROUTES
from dashboard.services import clips
from genre_core.data.clips.sounds import Location

LISTED = json.loads(Path(os.environ["PLAYER_CLIPS"]).read_text())
PATHS = {one["clip"]: Location(one["path"], "") for one in LISTED.values()}
clips.find = PATHS.__getitem__
app = st.App("player_gallery.py", routes=ROUTES)
