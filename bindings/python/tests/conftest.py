"""A real relay, and phones in directories of their own, for each story."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from couple import Phone, Relay


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Relay]:
    running = Relay(tmp_path / "relay")
    yield running
    running.kill()


@pytest.fixture
def ana(tmp_path: Path) -> Phone:
    return Phone(tmp_path, "Ana")


@pytest.fixture
def ben(tmp_path: Path) -> Phone:
    return Phone(tmp_path, "Ben")
