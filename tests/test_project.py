"""The project's own files agree with each other."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

# Spelled so that no pattern finds itself.
REGISTRIES = r"pypi[.]org|pythonhosted[.]org|npmjs[.](org|com)"
BUILD_PATHS = r"(^|[^[:alnum:]_./~-])/(work|root)(/|[^[:alnum:]_-]|$)"


def test_contributing_explains_exactly_the_dependencies_that_there_are():
    explained = re.findall(
        r"^\| `([\w.-]+)` \| \S.* \|$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE
    )
    assert sorted(map(normal, explained)) == sorted(runtime() | semantic() | development())


def test_everything_that_pyproject_asks_for_is_pinned():
    run, dev, bench = pins("run"), pins("dev"), pins("bench")
    assert runtime() <= run.keys()
    assert runtime() | development() - benchmark() <= dev.keys()
    assert runtime() | benchmark() <= bench.keys()
    assert run.items() <= dev.items()


def test_what_several_tasks_need_is_pinned_to_one_version():
    dev, bench = pins("dev"), pins("bench")
    assert {name: dev[name] for name in dev.keys() & bench} == {
        name: bench[name] for name in dev.keys() & bench
    }


@pytest.mark.parametrize("name", ["run", "dev", "bench"])
def test_every_pin_has_its_hashes(name: str):
    assert [
        line
        for line in requirements(name)
        if not re.match(r"\S+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    ] == []


@pytest.mark.parametrize("pattern", [REGISTRIES, BUILD_PATHS], ids=["registry", "path"])
def test_no_file_names_a_package_registry_or_the_machine_it_was_made_on(pattern: str):
    found = subprocess.run(
        ["git", "grep", "-I", "--line-number", "--extended-regexp", pattern],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode == 128:
        pytest.skip("not a git checkout")
    assert found.stdout == ""


def runtime() -> set[str]:
    return {normal(line) for line in PROJECT["project"]["dependencies"]}


def semantic() -> set[str]:
    return {normal(line) for line in PROJECT["project"]["optional-dependencies"]["semantic"]}


def development() -> set[str]:
    groups = PROJECT["dependency-groups"].values()
    return {normal(line) for group in groups for line in group if isinstance(line, str)}


def benchmark() -> set[str]:
    return {normal(line) for line in PROJECT["dependency-groups"]["bench"]}


def requirements(name: str) -> list[str]:
    """The pins of one file, each with its hashes on one line."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ")
    return [
        line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]


def pins(name: str) -> dict[str, str]:
    return {normal(line): re.split(r"==| ", line)[1] for line in requirements(name)}


def normal(requirement: str) -> str:
    """The package that a requirement names, as all spellings of it are compared."""
    name = re.match(r"[\w.-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()
