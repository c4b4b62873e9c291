"""Does the certified provider come as it was pinned, and is it said why where it does not?"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from tests.integrations import certified
from tests.integrations.certified import HERE, Missing, installed


def test_every_package_is_pinned_by_its_hash_and_comes_from_whichever_registry_is_set() -> None:
    asked = json.loads((HERE / "package.json").read_text())["dependencies"]
    text = (HERE / "package-lock.json").read_text()
    packages = {name: one for name, one in json.loads(text)["packages"].items() if name}
    for name, version in asked.items():
        assert packages[f"node_modules/{name}"]["version"] == version, "pinned, not a range"
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert "resolved" not in text
    assert not re.search(r"registry\.|\.tgz", text)


@pytest.mark.parametrize("missing", ["node", "npm"])
def test_without_node_it_is_said_so(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == missing else f"/bin/{name}")
    with pytest.raises(Missing) as error:
        installed()
    assert "needs Node and npm" in sentence(error.value)


@pytest.mark.parametrize("told", ["v18.19.0", "", "who knows"])
def test_an_old_node_is_named(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    answer = subprocess.CompletedProcess([], 0, stdout=told, stderr="")
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_kw: answer)
    with pytest.raises(Missing) as error:
        installed()
    assert "needs Node 20" in sentence(error.value)


def test_an_unreachable_registry_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(certified, "KEPT", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")

    def run(command: list[str], **_kw: Any) -> Any:
        is_asked = "--version" in command
        trouble = "npm error network request failed\nmore"
        return subprocess.CompletedProcess(
            command, 0 if is_asked else 1, stdout="v20.1.0\n", stderr="" if is_asked else trouble
        )

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(Missing) as error:
        installed()
    assert "could not be installed: npm error network request failed" in sentence(error.value)
    assert not list(tmp_path.iterdir()), "nothing half-made stays"


def sentence(missing: Missing) -> str:
    """Return what the summary of a run would say: one line."""
    text = str(missing)
    assert "\n" not in text
    return text
