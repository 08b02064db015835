"""The command line, run as people run it."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import feedparser
import pytest

from bot import __version__
from tests.rigs.atom import problems
from tests.rigs.hugging_face import hugging_face, item
from tests.rigs.program import Program

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
RECORDS = [
    {
        "id": "2605.00001",
        "title": "Hebbian Learning Without Labels",
        "authors": ["Ada Lovelace"],
        "published": "2026-05-27",
    },
    {"id": "MED-10", "abstract": "Weather forecasts are drawn from noise, one step at a time."},
]


@pytest.fixture(scope="session")
def program():
    """Give the program, imported once."""
    with Program() as program:
        yield program


def environment(home, **env):
    """Name a folder for its data, and a source where nothing answers."""
    path = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return path | {"PAPERBOY_HOME": str(home), "HF_ENDPOINT": "http://127.0.0.1:9"} | env


@pytest.fixture
def paperboy(tmp_path, program):
    """Give a way to run the program in a folder of its own, with nobody to ask for papers."""

    def run(*args, home=tmp_path / "home", stdin="", **env):
        return program.run(args, tmp_path, environment(home, **env), stdin)

    return run


@pytest.fixture
def started(tmp_path):
    """Give a way to start the program as a shell does, which takes half a second longer."""

    def run(*args, stdin="", **env):
        return subprocess.run(
            [sys.executable, "-m", "bot", *args],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
            cwd=tmp_path,
            env=environment(tmp_path / "home", **env),
        )

    return run


@pytest.fixture(scope="session")
def imported(tmp_path_factory, program):
    """Return the folder of data into which two papers were imported."""
    folder = tmp_path_factory.mktemp("imported")
    (folder / "papers.jsonl").write_text("\n".join(map(json.dumps, RECORDS)), encoding="utf-8")
    done = program.run(["import", "papers.jsonl"], folder, environment(folder / "home"))
    assert done.stdout == "papers.jsonl: 2 papers, 2 new, 0 updated, 0 skipped.\n"
    return folder / "home"


@pytest.fixture
def filled(paperboy, imported, tmp_path):
    """Give a way to run the program with two papers in it."""
    shutil.copytree(imported, tmp_path / "home")
    return paperboy


def test_help_and_version_need_nothing(started):
    shown = started("--help")
    assert shown.returncode == 0
    assert all(name in shown.stdout for name in ("find", "saved", "sync", "import", "demo"))
    version = started("--version").stdout
    assert re.fullmatch(
        rf"paperboy {re.escape(__version__)}( \(commit [0-9a-f]{{9}}\))?\n", version
    )


def test_find_prints_one_json_object_of_the_documented_shape(filled):
    done = filled("find", "hebian", "lerning", "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert answer.keys() == {"query", "corrected", "total", "ms", "page", "papers"}
    assert (answer["query"], answer["corrected"], answer["total"]) == (
        "hebian lerning",
        "hebbian learning",
        1,
    )
    paper = answer["papers"][0]
    assert (paper["id"], paper["published"], paper["upvotes"]) == ("2605.00001", "2026-05-27", None)
    assert paper["url"] == "https://huggingface.co/papers/2605.00001"


def test_queries_from_a_pipe_are_answered_a_line_each_in_their_order(filled):
    asked = (
        'hebian lerning\n\nvotes:many\n2605.00001\n"labels without\nweather\n'
        + "x" * 40_000
        + "\nnoise"
    )
    done = filled("find", "--json", "--limit", "1", "-", stdin=asked)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [[paper["id"] for paper in answer.get("papers", ())] for answer in answers] == [
        ["2605.00001"], [], [], ["2605.00001"], [], ["MED-10"], [], ["MED-10"],
    ]  # fmt: skip
    assert answers[0].keys() == {"query", "corrected", "total", "ms", "page", "papers"}
    assert [n for n, answer in enumerate(answers) if "error" in answer] == [1, 2, 6]
    assert answers[2]["query"] == "votes:many"
    assert filled("find", "-").returncode == 2
    assert filled("find", "--json", "--all", "-").returncode == 2
    assert filled("find", "--json", "--limit", "0", "-").returncode == 2


async def test_hugging_face_is_asked_by_a_person_and_by_a_program_that_says_so(filled):
    async with hugging_face() as site:
        site.finds = [item(1, date(2026, 5, 20))]

        async def run(*args, stdin="", **env):
            return await asyncio.to_thread(
                filled, *args, stdin=stdin, HF_ENDPOINT=site.address, **env
            )

        off = {"PAPERBOY_ASK_HUGGING_FACE": "off"}
        assert json.loads((await run("find", "zebra", "--json")).stdout)["total"] == 0
        assert json.loads((await run("find", "--json", "-", stdin="zebra\n")).stdout)["total"] == 0
        assert (await run("find", "zebra", **off)).returncode == 1
        assert site.searches == []
        assert "From Hugging Face" in (await run("find", "zebra")).stdout
        assert "From Hugging Face" in (await run("find", "--online", "zebra stripes", **off)).stdout
        for answer in (
            await run("find", "--json", "--online", "zebra"),
            await run("find", "--json", "--online", "-", stdin="zebra\n"),
        ):
            [paper] = json.loads(answer.stdout)["papers"]
            assert (paper["id"], paper["online"]) == ("2605.20001", True)
        assert "From Hugging Face" in (await run(stdin="find zebra\nquit\n")).stdout
        assert site.searches == ["zebra", "zebra stripes", "zebra", "zebra", "zebra"]
        assert (await run("status", "--online")).returncode == 2


def test_lists_are_as_long_as_a_program_asks(filled, tmp_path):
    more = [{"id": f"2605.1{n:04}", "title": f"Zebra Number {n}"} for n in range(7)]
    (tmp_path / "more.jsonl").write_text("\n".join(map(json.dumps, more)), encoding="utf-8")
    filled("import", "more.jsonl")

    def listed(*options):
        return json.loads(filled("find", "zebra", "--json", *options).stdout)

    assert [len(listed(*more)["papers"]) for more in ((), ("--limit", "6"), ("--all",))] == [
        5,
        6,
        7,
    ]
    assert len(listed("--limit", "6", "--page", "2")["papers"]) == 1
    assert filled("find", "zebra", "--all", "--page", "2").returncode == 2
    assert filled("find", "zebra", "--all", "--limit", "2").returncode == 2
    assert "Zebra Number 6" in filled("find", "zebra", "--all").stdout


def test_the_index_is_checked_and_made_anew(filled, tmp_path):
    assert filled("index", "--check").stdout == "The search index is fine.\n"
    with (tmp_path / "home" / "index.sqlite3").open("r+b") as index:
        index.seek(4096)
        index.write(b"\xff" * 20_000)
    done = filled("index", "--check")
    assert (done.returncode in {0, 1}, "Traceback" in done.stderr) == (True, False)
    assert filled("index", "--rebuild").stdout == "Rebuilt the search index: 2 papers.\n"
    assert filled("index", "--check").stdout == "The search index is fine.\n"
    assert filled("find", "hebbian").returncode == 0
    assert filled("index").returncode == 2


def test_options_stand_before_and_after_the_words(filled):
    for words in (
        ["--json", "find"],
        ["find", "--json", "hebbian", "learning"],
        ["find", "hebbian", "--json", "learning"],
    ):
        done = filled(*words)
        assert done.returncode == (2 if words[0] == "--json" else 0), done.stderr
    assert json.loads(filled("find", "hebbian", "--page", "1", "--json").stdout)["page"] == 1


def test_a_pipe_gets_plain_text(filled):
    out = filled("find", "hebbian").stdout
    assert out.startswith(
        "1. Hebbian Learning Without Labels (https://huggingface.co/papers/2605.00001)\n"
    )
    assert "\x1b" not in out


def test_exit_codes_tell_found_from_nothing_from_wrong_use(filled):
    assert filled("find", "weather").returncode == 0
    assert filled("find", "zzzzzz").returncode == 1
    assert filled("find", "votes:many").returncode == 2
    assert filled("find").returncode == 2
    assert filled("day", "2026-05-01").returncode == 1
    slip = filled("fnd", "x")
    assert slip.returncode == 2
    assert slip.stderr.endswith("“fnd” isn’t a command. Did you mean find?\n")
    assert "run `paperboy find …`" in filled("diffusion").stderr
    assert filled("sync", "--since", "soon").returncode == 2


def test_a_name_in_quotes_is_one_name_although_the_shell_takes_them_off(filled):
    assert json.loads(filled("find", "author:ada lovelace", "--json").stdout)["total"] == 1
    assert json.loads(filled("find", "author:ada babbage", "--json").stdout)["total"] == 0


def test_days_that_make_no_sense_are_refused(paperboy):
    assert (
        "--since is after --until"
        in paperboy("sync", "--since", "2026-05-02", "--until", "2026-05-01").stderr
    )
    assert "--until needs --since" in paperboy("sync", "--until", "2026-05-01").stderr


@pytest.mark.usefixtures("filled")
def test_what_cannot_be_encoded_is_replaced_and_closed_streams_are_none(started, tmp_path):
    done = started("find", "hebbian", PYTHONIOENCODING="ascii")
    assert "? 0" not in done.stderr
    assert done.returncode == 0
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PAPERBOY_HOME": str(tmp_path / "home"),
    }
    for closed in ("<&-", ">&-", "2>&-"):
        command = f"{sys.executable} -m bot status {closed}"
        done = subprocess.run(
            ["sh", "-c", command], capture_output=True, text=True, check=True, env=env, cwd=tmp_path
        )
        assert "Traceback" not in done.stderr


def test_an_error_is_json_too(filled):
    done = filled("find", "votes:many", "--json")
    assert json.loads(done.stdout)["error"] == "votes: needs a number, as in votes:50"
    wrong = filled("status", "--json", PAPERBOY_LOG_LEVEL="loud")
    assert "PAPERBOY_LOG_LEVEL" in json.loads(wrong.stdout)["error"]
    assert done.returncode == 2


def test_the_shelf_lasts_from_one_run_to_the_next(filled):
    assert "Saved" in filled("save", "2605.00001").stdout
    assert filled("saved", "--json", "--sort", "title").stdout.count('"id": "2605.00001"') == 1
    assert filled("unsave", "MED-10").returncode == 0


@pytest.mark.usefixtures("filled")
def test_lines_from_a_pipe_are_answered_one_by_one(started):
    out = started(stdin="find hebbian\n1\nsaved\nquit\nstatus\n").stdout
    assert "Your shelf: 1 paper" in out
    assert "Days fetched" not in out


def test_importing_again_changes_nothing_and_a_bad_line_is_named(filled, tmp_path):
    file = tmp_path / "more.jsonl"
    file.write_text(json.dumps(RECORDS[0]) + "\n{broken\n[7]\n", encoding="utf-8")
    done = filled("import", str(file))
    assert done.stdout == "more.jsonl: 1 paper, 0 new, 0 updated, 2 skipped.\n"
    assert "more.jsonl, line 2: " in done.stderr


def test_a_file_that_is_not_there_is_named(paperboy, tmp_path):
    done = paperboy("import", str(tmp_path / "none.jsonl"))
    assert done.returncode == 1
    assert "none.jsonl" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_sync_without_network_names_what_is_missing(paperboy):
    done = paperboy("sync", "--since", "2026-05-01", "--until", "2026-05-02")
    assert done.returncode == 1
    assert done.stdout == "Fetched 0 days with 0 papers: 0 new, 0 updated.\n"
    assert "Couldn’t fetch 2026-05-01: Can’t reach 127.0.0.1:9 (connection refused)" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"PAPERBOY_HOM": "x"}, "There is no setting PAPERBOY_HOM. Did you mean PAPERBOY_HOME?"),
        ({"PAPERBOY_LOG_LEVEL": "loud"}, "PAPERBOY_LOG_LEVEL is “loud”"),
        ({"PAPERBOY_DATABASE_URL": "mysql://x"}, "database"),
        ({"HF_ENDPOINT": "nowhere"}, "HF_ENDPOINT is “nowhere”"),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_exit_code_2(paperboy, env, words):
    done = paperboy("status", **env)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_running_without_a_token_says_which_to_set(paperboy):
    done = paperboy("run")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "Set DISCORD_TOKEN, or SLACK_BOT_TOKEN and SLACK_APP_TOKEN" in done.stderr
    done = paperboy("run", SLACK_BOT_TOKEN="xoxb-1")
    assert done.returncode == 2
    assert done.stderr == (
        "paperboy: Slack is left out: set SLACK_APP_TOKEN too (it begins with xapp-; see the "
        "README).\n"
    )


def test_the_prompt_says_why_slack_is_left_out(paperboy):
    done = paperboy(stdin="help find\n", SLACK_APP_TOKEN="xapp-1")
    assert done.stderr == (
        "paperboy: Slack is left out: set SLACK_BOT_TOKEN too (it begins with xoxb-; see the "
        "README).\n"
    )


def test_health_opens_no_database(paperboy, tmp_path):
    assert paperboy("health").returncode == 1
    assert paperboy("log").returncode == 1
    assert not (tmp_path / "home").exists()


def test_an_env_file_that_cannot_be_read_is_one_sentence(paperboy, tmp_path):
    (tmp_path / ".env").write_bytes(b"HF_TOKEN=\xff")
    done = paperboy("status")
    assert (done.returncode, done.stderr) == (
        2,
        "paperboy: .env is not UTF-8 text. Save it as UTF-8 or remove it.\n",
    )


def test_a_database_that_is_none_is_one_sentence(paperboy, tmp_path):
    home = tmp_path / "other"
    home.mkdir()
    (home / "paperboy.sqlite3").write_bytes(b"this is no database, only some text" * 100)
    done = paperboy("status", home=home)
    assert done.returncode == 2
    assert "paperboy.sqlite3" in done.stderr
    assert done.stderr.count("\n") == 1
    (home / "file").touch()
    assert paperboy("status", home=home / "file").returncode == 2


def test_whoever_reads_only_the_first_line_breaks_nothing(tmp_path):
    command = f"{sys.executable} -m bot help | head -n 1"
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PAPERBOY_HOME": str(tmp_path)}
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=True, env=env, cwd=tmp_path
    )
    assert (done.stdout, done.stderr) == ("Paperboy\n", "")


def test_the_demo_shows_the_whole_path_without_network(started, tmp_path):
    done = started("demo")
    assert done.returncode == 0, done.stderr
    for words in (
        "Daily Papers · Friday 22 May 2026",
        "5 of 34 papers, most upvoted first.",
        "Showing results for",
        "Saved: ",
        "Your shelf: 1 paper",
    ):
        assert words in done.stdout
    assert not (tmp_path / "home").exists()


def test_feeds_of_a_search_and_of_the_shelf_are_printed_as_atom(filled):
    found = filled("feed", "hebbian", "-survey", "author:ada lovelace")
    assert problems(found.stdout) == []
    assert [one.id for one in feedparser.parse(found.stdout).entries] == [
        "https://huggingface.co/papers/2605.00001"
    ]
    assert filled("feed", "hebbian", "-survey", "author:ada lovelace").stdout == found.stdout
    assert feedparser.parse(filled("feed", "shelf").stdout).entries == []
    filled("save", "2605.00001")
    shelf = feedparser.parse(filled("feed", "shelf").stdout)
    assert [one.title for one in shelf.entries] == ["Hebbian Learning Without Labels"]
    assert shelf.entries[0].updated > "2026-05-27T00:00:00Z"


def test_a_feed_that_cannot_be_made_prints_no_document(filled):
    for words, reason in (("votes:many", "votes: needs a number"), ("today", "Can’t reach")):
        done = filled("feed", words)
        assert (done.returncode, done.stdout) == (2, "")
        assert reason in done.stderr


def test_a_shelf_is_written_to_a_path_and_kept_from_it(filled, tmp_path):
    filled("save", "2605.00001")
    filled("tag", "2605.00001", "memory")
    exported = filled("export", "--to", "shelf.bib").stdout
    assert "Exported 1 paper as shelf.bib (BibTeX)." in exported
    assert f"Saved to {tmp_path / 'shelf.bib'}" in exported
    written = (tmp_path / "shelf.bib").read_text(encoding="utf-8")
    assert "eprint = {2605.00001}" in written
    filled("forget-me", "--sure", "yes")
    assert "Imported 1 paper." in filled("keep-from", "shelf.bib").stdout
    filled("export", "--to", "again.bib")
    assert (tmp_path / "again.bib").read_text(encoding="utf-8") == written
    kept = filled("export", "--to", "again.bib")
    assert kept.returncode == 2
    assert f"{tmp_path / 'again.bib'} already exists. Add --force to replace it" in kept.stderr
    assert filled("export", "--to", "again.bib", "--force").returncode == 0
    odd = filled("export", "--to", "shelf.docx")
    assert "“shelf.docx” doesn’t end in .csl.json, .bib," in odd.stdout
    lost = filled("export", "--to", "no/such/folder/shelf.bib")
    assert lost.returncode == 2
    assert "can't be written" in lost.stderr


def test_what_help_needs_is_little():
    heavy = ("aiohttp", "discord", "rapidfuzz", "slack_bolt", "sqlalchemy")
    code = (
        "import sys, bot.features, bot.__main__;"
        f"print(*(name for name in {heavy} if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == []
