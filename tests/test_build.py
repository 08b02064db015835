"""What the build puts into a wheel and a source archive."""

import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from bot import __version__
from bot.version import describe_version
from pdm_build import COMMIT_FILE, read_commit

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow
BUILD = "import sys, pdm.backend as b; print(getattr(b, 'build_' + sys.argv[1])(sys.argv[2]))"


def build(kind: str, folder: Path, root: Path = ROOT) -> Path:
    done = subprocess.run(
        [sys.executable, "-c", BUILD, kind, str(folder)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / done.stdout.splitlines()[-1]


def test_an_editable_installation_finds_every_package(tmp_path):
    with zipfile.ZipFile(build("editable", tmp_path)) as wheel:
        paths = [wheel.read(name).decode() for name in wheel.namelist() if name.endswith(".pth")]
    assert str(ROOT) in "".join(paths)


@pytest.fixture
def archive(tmp_path):
    """Return the folder of an unpacked source archive, made from a copy of the checkout."""
    copy = tmp_path / "checkout"
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    clone = ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(copy)]
    subprocess.run(clone, check=True, capture_output=True)
    made = build("sdist", tmp_path, copy)
    with tarfile.open(made) as file:
        file.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.2 has none
        file.extractall(tmp_path / "unpacked")
    return copy, tmp_path / "unpacked" / made.name.removesuffix(".tar.gz")


def test_a_wheel_from_a_source_archive_knows_its_commit_and_brings_what_it_needs(archive, tmp_path):
    copy, unpacked = archive
    commit = read_commit(copy)
    assert (unpacked / COMMIT_FILE).read_text().strip() == commit
    direct = zipfile.ZipFile(build("wheel", tmp_path / "direct", copy)).namelist()
    with zipfile.ZipFile(build("wheel", tmp_path, unpacked)) as wheel:
        names = set(wheel.namelist())
        assert wheel.read(COMMIT_FILE).decode().strip() == commit
        entry = next(name for name in names if name.endswith("entry_points.txt"))
        assert "paperboy = paperboy_start:main" in wheel.read(entry).decode()
    tops = {name.partition("/")[0] for name in names}
    assert set(direct) == names
    assert tops == {"bot", "adapters", "paperboy_start", f"paperboy_bot-{__version__}.dist-info"}
    kept = subprocess.run(
        ["git", "ls-files", "bot", "adapters"], cwd=copy, capture_output=True, text=True, check=True
    ).stdout.split()
    assert set(kept) - names == set()


def test_the_version_tells_the_commit_that_pip_installed(tmp_path, monkeypatch):
    info = tmp_path / "paperboy_bot-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: paperboy-bot\nVersion: 1\n")
    note = {"url": "https://example.org/", "vcs_info": {"vcs": "git", "commit_id": "0123456789ab"}}
    (info / "direct_url.json").write_text(json.dumps(note))
    monkeypatch.syspath_prepend(tmp_path)
    assert describe_version() == f"{__version__} (commit 012345678)"


def test_the_version_tells_the_commit_of_a_checkout():
    commit = read_commit(ROOT)
    known = f"{__version__} (commit {commit[:9]})" if commit else __version__
    assert describe_version() == known
