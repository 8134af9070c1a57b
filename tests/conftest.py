"""What all tests share: one thread for torch, and few, untimed examples on a busy machine."""

import os

import pytest
from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")
settings.register_profile("project", max_examples=25, deadline=None, database=None, derandomize=True)
settings.load_profile("project")


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)
