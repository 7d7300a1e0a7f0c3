"""What the guides say is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import couplet
from couple import Relay

ROOT = Path(__file__).parents[3]


def test_the_quick_start_is_run_as_it_stands(relay: Relay, tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "PYTHON.md").read_text()
    program = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)[0]
    ran = subprocess.run(
        [sys.executable, "-c", program, relay.link], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert "I saw a heron by the mill" in ran.stdout and "home by seven" in ran.stdout


def test_the_guide_says_what_to_do_about_every_error() -> None:
    guide = (ROOT / "docs" / "ERRORS.md").read_text()
    headings = "\n".join(re.findall(r"^## (.*)$", guide, re.MULTILINE))
    for case in (ROOT / "ffi" / "interface.txt").read_text().splitlines():
        if named := re.match(r"error CoupletError::(\w+) ", case):
            assert re.search(rf"\b{named[1]}\b", headings), f"{named[1]} has no section"
    kinds = [each for each in vars(couplet).values() if isinstance(each, type)]
    assert len([each for each in kinds if issubclass(each, couplet.CoupletError)]) > 10
    sources = (ROOT / "core/client/src/error.rs").read_text()
    codes = re.search(r"fn code.*?\n    }\n", sources, re.DOTALL)
    assert codes
    own = re.findall(r'reason: "(\w+)"', (ROOT / "ffi/src/error.rs").read_text())
    for code in re.findall(r'"(\w+)"', codes[0]) + own:
        assert f"`{code}`" in guide, f"{code} is not explained"
