"""What people ask and what they get, over a real store and index."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import chain

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat.intents import Intent
from bot.chat.kinds import YesNo
from bot.chat.signatures import command as read_command
from bot.chat.views import Item, Outcome, Strong, plain
from bot.features import ALL
from bot.features.about import GROUPS, MAX_PROBLEMS
from bot.log_file import LogEntry, LogFile
from bot.models import Person, Place
from tests.conftest import ADA, BOB, DIFFUSION, HEBB, HERE, NOW, TODAY, add_outlets, changed
from tests.rigs.chat import Chat


async def test_a_misspelt_half_title_finds_the_paper_and_says_how_it_was_read(ask):
    view = await ask("find hebian lerning")
    assert view.papers[0] == HEBB.id
    assert "Showing results for hebbian learning" in plain(view)
    assert view.data["corrected"] == "hebbian learning"
    assert view.data["papers"][0]["authors"] == list(HEBB.authors)


@pytest.mark.parametrize(
    ("query", "absent", "used"),
    [
        ("Jaguar hebbian learning", "Jaguar", "hebbian learning"),
        ("hebbian learning, jaguar?", "jaguar", "hebbian learning"),
        ("C# hebbian", "C#", "hebbian"),
        ("hebbian 扩散模型", "扩散模型", "hebbian"),
        ("hebbian jaguar/learning", "jaguar", "hebbian jaguar/learning"),
    ],
)
async def test_results_are_for_the_words_that_papers_have(ask, query, absent, used):
    said = plain(await ask(f"find {query}")).partition("\n")[0]
    assert said == f"No paper here mentions “{absent}”; showing results for {used}"


async def test_a_paper_in_a_list_shows_what_a_reader_decides_by(ask):
    assert plain(await ask("find hebbian")).partition("\n\n")[0] == (
        "1. Hebbian Learning Without Labels (https://huggingface.co/papers/2605.00001)\n"
        "   Ada Lovelace, Charles Babbage and 2 more · "
        "Analytical Society (https://huggingface.co/analytical) · 27 May 2026\n"
        "   ▲ 120 · 3 comments · code (https://github.com/analytical/hebb) ★ 1,200\n"
        "   Local learning rules get close to backpropagation.\n"
        "   → Save: save 2605.00001\n"
        "   → Details: paper 2605.00001\n"
        "   → Similar: similar 2605.00001"
    )


async def test_a_passage_of_the_abstract_shows_why_a_paper_was_found(ask):
    view = await ask("find synapses firing without labels")
    assert "Synapses that fire together are made to wire together, without a teacher." in plain(
        view
    )
    [item] = [block for block in view.blocks if isinstance(block, Item)]
    assert item.lines[-1][:3] == (Strong("Synapses"), " that ", Strong("fire"))
    assert view.data["papers"][0]["highlights"] == {
        "title": ["Labels"],
        "abstract": HEBB.abstract,
    }


@pytest.mark.parametrize(
    "spelling", ["2605.00001v2", "https://arxiv.org/pdf/2605.00001", "hf.co/papers/2605.00001"]
)
async def test_an_id_or_link_goes_straight_to_the_paper(ask, spelling):
    view = await ask(f"find {spelling}")
    assert view.papers == (HEBB.id,)
    assert view.data["total"] == 1
    assert view.data["papers"][0]["id"] == HEBB.id


async def test_filters_said_in_words_are_shown_and_one_press_takes_one_away(ask):
    view = await ask("find papers by analytical society about learning this month with code")
    assert view.papers == (HEBB.id,)
    read_as = 'learning org:"analytical society" since:2026-05-01 has:code'
    assert view.data["read_as"] == read_as
    assert "From analytical society, since 1 May 2026, with code." in plain(view).replace(
        "since May 2026", "since 1 May 2026"
    )
    presses = {button.label: button.line for button in view.buttons}
    assert presses["✕ has:code"] == 'find learning org:"analytical society" since:2026-05-01'
    assert (await ask(presses["✕ has:code"])).papers == (HEBB.id,)


async def test_an_organisation_named_beside_with_code_is_a_filter_if_it_has_such_papers(ask):
    view = await ask("find analytical learning with code")
    assert (view.papers, view.data["read_as"]) == ((HEBB.id,), "learning has:code org:analytical")
    other = await ask("find analytical weather with code")
    assert other.papers[0] == "2605.00002"
    assert other.data["read_as"] == "analytical weather has:code"
    said = "Nothing from analytical matches, so “analytical” is searched as a word."
    assert plain(other).startswith(said)


async def test_words_of_the_title_that_is_meant_are_no_filter(ask, bot):
    titled = replace(HEBB, id="2605.00009", title="Reasoning with Code")
    await bot.services.library.add([titled], NOW)
    view = await ask("find reasoning with code")
    assert view.papers[0] == titled.id
    assert "read_as" not in view.data
    assert "find reasoning has:code" in [button.line for button in view.buttons]


async def test_what_only_looks_like_a_filter_is_named(ask):
    assert plain(await ask("find foo:bar hebbian")).startswith("“foo:” isn’t a filter")
    assert "Did you mean “votes:50”?" in plain(await ask("find upvotes:50 hebbian"))


async def test_a_word_that_only_looks_like_a_filter_is_taken_for_no_other(ask, bot):
    others = [replace(HEBB, id=f"2605.0{n:04}", title=f"Weather AR {n}") for n in range(20, 120)]
    rare = replace(HEBB, id="2605.00019", title="Other", abstract="A bar.")
    await bot.services.library.add([*others, rare], NOW)
    said = "No paper here mentions “foo”; showing results for foo:bar weather"
    assert said in plain(await ask("find foo:bar weather"))


async def test_quotation_marks_of_a_phone_are_read_too(ask):
    assert (await ask("find author:“Lewis Richardson” weather")).papers == ("2605.00002",)


async def test_what_is_shared_tells_nothing_of_the_sharers_shelf(ask):
    await ask("save 2605.00001")
    assert "Saved ✓" in plain(await ask("paper 2605.00001"))
    assert "Saved ✓" not in plain(await ask("share 2605.00001"))


async def test_the_card_shows_all_that_is_known(ask):
    shown = plain(await ask("paper 2605.00001"))
    for words in (
        "By Ada Lovelace, Charles Babbage, Mary Somerville and George Boole (4 authors)",
        "published 27 May 2026 · Daily Papers 29 May 2026 · submitted by AK · 2605.00001",
        "arXiv (https://arxiv.org/abs/2605.00001) · PDF (https://arxiv.org/pdf/2605.00001)",
        "project (https://hebb.example.org/)",
        "Synapses that fire together",
        "Keywords: plasticity, local learning",
    ):
        assert words in shown


async def test_code_that_was_found_by_a_machine_is_marked(ask):
    assert "code (matched automatically) (https://github.com/someone/weather)" in plain(
        await ask("paper 2605.00002")
    )


async def test_a_paper_is_meant_by_part_of_its_title_where_only_one_fits(ask):
    assert (await ask("paper hebbian learning without labels")).papers == (HEBB.id,)


async def test_several_papers_that_fit_are_offered(ask):
    view = await ask("save transformers number")
    assert "Which one do you mean?" in plain(view)
    assert all(button.line.startswith("save 2605.1") for button in view.buttons)
    assert (await ask(view.buttons[0].line)).outcome is Outcome.DONE


async def test_lists_show_five_papers_a_page_and_lead_on(ask):
    first = await ask("find transformers sort:votes")
    assert len(first.papers) == 5
    assert "1–5 of 12" in plain(first)
    third = await ask(
        (await ask(next(b.line for b in first.buttons if b.label == "More"))).buttons[-1].line
    )
    assert "11–12 of 12" in plain(third)
    assert [b.label for b in third.buttons if b.line.startswith("find")] == ["Back"]
    assert len({*first.papers, *third.papers}) == 7


async def test_a_page_that_is_not_there_says_so(ask):
    view = await ask("find transformers page:9")
    assert "There is no page 9." in plain(view)
    assert view.outcome is Outcome.NOTHING


async def test_nothing_found_says_what_was_tried_and_shows_the_nearest(ask):
    view = await ask("find hebbian votes:5000")
    assert view.outcome is Outcome.NOTHING
    assert (
        "Nothing found for “hebbian votes:5000”. The closest matches are:\n\n"
        "With at least 5,000 votes." in plain(view)
    )
    assert "Try fewer filters, or see what’s trending.\n\nBy nobody." in plain(
        await ask("find author:nobody")
    )
    assert "Try fewer or other words, or see what’s trending.\n\n→" in plain(
        await ask("find zzzzz")
    )
    assert view.papers == (HEBB.id,)
    assert view.data["papers"] == []
    assert view.data["nearest"][0]["id"] == HEBB.id


async def test_today_is_the_feeds_day_with_most_upvotes_first(ask):
    view = await ask("today")
    assert view.title == "Friday 29 May 2026"
    assert view.papers[0] == HEBB.id
    assert view.data["day"] == "2026-05-29"
    assert "Previous day: day 2026-05-28" in plain(view)


async def test_days_weeks_and_months_lead_to_those_before_and_after(ask):
    assert "Next day: day 2026-05-29" in plain(await ask("day yesterday"))
    week = await ask("week")
    assert (week.title, week.data["total"]) == ("Week 22 of 2026, from 25 May 2026", 14)
    month = await ask("month 2026-05")
    assert (month.title, month.data["month"]) == ("May 2026", "2026-05")


async def test_a_day_that_cannot_be_had_says_why(ask):
    view = await ask("day 2026-05-01")
    assert view.outcome is Outcome.FAILED
    assert "(connection refused). Check the network, proxy settings and HF_ENDPOINT." in plain(view)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("day May 28", date(2026, 5, 28)),
        ("day 28.5.2026", date(2026, 5, 28)),
        ("day 28 de mayo", date(2026, 5, 28)),
        ("day thursday", date(2026, 5, 28)),
        ("week last week", date(2026, 5, 18)),
        ("week 20", date(2026, 5, 11)),
        ("month April", date(2026, 4, 1)),
        ("month last", date(2026, 4, 1)),
    ],
)
def test_days_are_asked_for_as_people_write_them(bot, words, first):
    intent = bot.read(words, ADA, HERE)
    given = bot.commands[intent.command].bind(intent.args, TODAY)
    assert first in given.values()


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("days 2026-05-25 2026-05-29", "2026-05-25", "2026-05-29"),
        ("days May 25 to May 29", "2026-05-25", "2026-05-29"),
        ("days 25 to 29 May", "2026-05-25", "2026-05-29"),
        ('days "May 25" yesterday', "2026-05-25", "2026-05-28"),
        ("days “25 May” – “29 May”", "2026-05-25", "2026-05-29"),
        ("days last week", "2026-05-18", "2026-05-24"),
    ],
)
def test_several_days_are_asked_for_as_people_write_them(bot, words, first, last):
    intent = bot.read(words, ADA, HERE)
    days = bot.commands[intent.command].bind(intent.args, TODAY)["days"]
    assert (str(days.first), str(days.last)) == (first, last)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("days yesterday 2026-05-01", "The first day is after the last. Swap them."),
        ("days May 29 to May 25", "The first day is after the last. Swap them."),
        ("days 2026-01-01 today", "Choose at most 101 days."),
        ("days 0001-01-01 9999-12-31", "Choose at most 101 days."),
        ("days next week", "“next week” hasn’t come yet, and papers are listed on their day."),
        ("days of diffusion", "“of diffusion” isn’t clear. Write it as May 25 to May 29, "),
    ],
)
async def test_days_that_cannot_be_listed_say_what_to_write(ask, words, said):
    view = await ask(words)
    assert view.outcome is Outcome.REFUSED
    assert said in plain(view)


@pytest.mark.parametrize("words", ["day 0001-01-01", "week 0001-W01", "month 0001-01"])
async def test_before_the_first_list_there_is_none(ask, words):
    view = await ask(words)
    assert view.outcome is Outcome.NOTHING
    assert "The lists begin on 4 May 2023." in plain(view)


@pytest.mark.parametrize(
    "words", ["day 9999-12-31", "week 9999-W52", "week 9999-12-31", "month 9999-12"]
)
async def test_the_end_of_the_calendar_is_refused(ask, words):
    assert (await ask(words)).outcome is Outcome.REFUSED


async def test_today_shows_the_last_list_that_is_known_when_there_is_nobody_to_ask(ask, clock):
    clock.now += timedelta(days=4)
    view = await ask("today")
    assert view.papers[0] == HEBB.id
    assert "Can’t reach" in plain(view)


async def test_an_id_is_read_whatever_stands_beside_it(ask):
    for words in (
        "2605.00001 has:code",
        "arxiv 2605.00001",
        "see https://arxiv.org/abs/2605.00001 please",
    ):
        assert (await ask(f"find {words}")).papers == (HEBB.id,)


async def test_an_address_of_no_paper_is_not_searched_for_by_its_words(ask):
    view = await ask("paper https://huggingface.co/someone/hebbian-learning-without-labels")
    assert view.outcome is Outcome.REFUSED
    assert "That link doesn't point to a paper" in plain(view)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("day", "“day” needs a day (for example 2026-05-29)."),
        ("day tomorrow", "“tomorrow” hasn’t come yet, and papers are listed on their day."),
        ("day april", "“april” isn’t one day. For all of it, type: month 2026-04"),
        ("day last week", "“last week” isn’t one day. For all of it, type: week 2026-W21"),
        ("day 4/5", "That could be 4 May or 5 April. Write it as 2026-05-04 or 2026-04-05."),
        ("week april", "“april” isn’t a week. Write it as 2026-W22, week 22, a day in it,"),
        ("month 2025", "“2025” isn’t a month. Write it as 2026-05, May 2026, a day in it,"),
        ("day soon", "“soon” isn’t a day. Write it as 2026-05-29, May 29, 29.5.2026, last friday,"),
        (
            "week 2026-W60",
            "There is no such date as “2026-W60”.",
        ),
        (
            "month 2026-13",
            "There is no such date as “2026-13”.",
        ),
        ("find", "“find” needs what to look for (for example diffusion author:ho after:2025)."),
        ("find x page:0", "“0” isn’t a page number from 1 to 10,000."),
        ("today now", "“today” takes no more words, but was given “now”."),
        ("saved sort:up", "“up” isn’t one of new, votes, title or touched."),
        (
            "save qwertz uiop",
            "No paper matches “qwertz uiop”. Try its arXiv id, a link, or words from the title.",
        ),
    ],
)
async def test_wrong_use_gets_a_sentence_that_says_what_to_do(ask, words, sentence):
    view = await ask(words)
    assert sentence in plain(view)
    assert view.outcome is Outcome.REFUSED


async def test_a_misspelt_command_is_offered_and_so_is_a_search(ask):
    view = await ask("fnd diffusion")
    assert "“fnd” isn’t a command. Did you mean find?" in plain(view)
    assert [(button.label, button.line) for button in view.buttons] == [
        ("Run find diffusion", "find diffusion"),
        ("Search for these words", "find fnd diffusion"),
        ("Help", "help"),
    ]


async def test_words_that_begin_with_no_command_are_searched_for(ask):
    assert (await ask("hebbian learning")).papers[0] == HEBB.id
    assert (await ask("hebbian")).papers[0] == HEBB.id
    assert (await ask(HEBB.url)).papers == (HEBB.id,)
    assert (await ask("rag without a teacher")).data["query"] == "rag without a teacher"


async def test_commands_have_other_names(ask):
    assert (await ask("search hebbian")).papers[0] == HEBB.id
    assert "Saved" in plain(await ask(f"bookmark {HEBB.id}"))
    assert (await ask("latest")).papers[0] == HEBB.id
    assert (await ask("top")).papers[0] == HEBB.id


async def test_saving_twice_keeps_one_and_undo_takes_it_back(ask):
    assert plain(await ask("save 2605.00001")).startswith(
        "Saved: Hebbian Learning Without Labels\n"
    )
    assert "Already on your shelf" in plain(await ask("save https://arxiv.org/abs/2605.00001"))
    assert (await ask("saved")).papers == (HEBB.id,)
    assert "Saved ✓: unsave 2605.00001" in plain(await ask("find hebbian"))
    assert plain(await ask("unsave 2605.00001")).startswith("Removed from your shelf")
    assert plain(await ask("unsave 2605.00001")).startswith("Not on your shelf")
    assert "Your shelf is empty" in plain(await ask("saved"))


async def test_a_shelf_is_its_owners_alone(ask):
    await ask("save 2605.00001")
    assert (await ask("saved", BOB)).papers == ()
    assert "Save: save 2605.00001" in plain(await ask("find hebbian", BOB))


async def test_a_shelf_is_searched_sorted_and_turned(ask):
    for n in range(12):
        await ask(f"save 2605.1{n:04}")
    await ask("save 2605.00001")
    assert (await ask("saved")).title == "Your shelf: 13 papers"
    assert (await ask("saved sort:votes")).papers[0] == HEBB.id
    assert (await ask("saved hebian")).papers == (HEBB.id,)
    assert (await ask("saved transformers sort:votes")).papers[0] == "2605.10011"
    assert "11–13 of 13" in plain(await ask("saved page:3"))
    view = await ask("saved weather")
    assert "Nothing on your shelf matches “weather”." in plain(view)
    assert "Search all papers: find weather" in plain(view)


async def test_the_paper_in_a_message_is_kept_and_of_several_one_is_chosen(ask):
    assert "Saved: Hebbian" in plain(
        await ask("collect look at <https://arxiv.org/abs/2605.00001|this>!")
    )
    both = await ask("collect https://arxiv.org/abs/2605.00001 and hf.co/papers/2605.00002")
    assert "2 papers found. Which do you want to save?" in plain(both)
    assert both.papers == ("2605.00001", "2605.00002")
    assert "No paper link found." in plain(await ask("collect good morning"))


async def test_home_welcomes_and_then_shows_the_shelf_and_the_best_of_the_day(ask):
    assert "Press Save, or react with 🔖" in plain(await ask("home"))
    for n in range(7):
        await ask(f"save 2605.1{n:04}")
    view = await ask("home")
    assert "Your shelf  7 papers" in plain(view)
    assert "→ Search your shelf: saved …" in plain(view)
    assert HEBB.id in view.papers
    assert len((await ask("home page:2")).papers) == 5


async def test_similar_papers_are_about_the_same(ask):
    view = await ask("similar 2605.10003")
    assert "Papers like Transformers and the Number 3" in plain(view)
    assert "2605.10003" not in view.papers
    assert set(view.papers) <= {f"2605.1{n:04}" for n in range(12)}


async def test_similar_takes_the_one_paper_that_a_search_finds_whatever_its_title_says(ask):
    assert f"papers like {DIFFUSION.title}" in plain(
        await ask("similar forecasts drawn from noise")
    )


async def test_trending_falls_back_to_what_is_known(ask):
    view = await ask("trending")
    assert view.papers[0] == HEBB.id
    assert "These are the most upvoted of two weeks." in plain(view)


async def test_help_names_every_command_and_explains_each(ask, bot):
    shown = plain(await ask(""))
    for command in bot.commands.values():
        assert f"{command.name}  {command.help}" in shown
        alone = plain(await ask(f"help {command.name}"))
        assert command.usage in alone
        assert command.help in alone
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(bot.commands)
    assert "Filters: author:name" in plain(await ask("help find"))
    assert "“fnd” isn’t a command. Did you mean find?" in plain(await ask("help fnd"))


async def test_in_a_chat_help_greets_and_each_command_is_explained_two_presses_away(bot):
    person, place = Person("chat", "T1", "U1"), Place("chat", "T1", "C1")
    add_outlets(bot, Chat({}, {}, {}))

    async def say(words):
        return await bot.handle(bot.read(words, person, place))

    greeting = await say("")
    assert [button.line for button in greeting.buttons][:4] == [
        "today",
        "find",
        "saved",
        "subscribe",
    ]
    assert all(f"{name}" in plain(greeting) for name in bot.commands)
    explained = []
    for button in greeting.buttons[4:]:
        group = await say(button.line)
        assert group.title == button.label
        explained += [await say(one.line) for one in group.buttons if one.label == "How it works"]
    assert len(explained) == len(bot.commands)
    for command, view in zip(chain(*GROUPS.values()), explained, strict=True):
        assert bot.commands[command].usage in plain(view)


@pytest.mark.parametrize(
    ("there", "said"),
    [(MAX_PROBLEMS - 1, f"{MAX_PROBLEMS - 1};"), (MAX_PROBLEMS, f"{MAX_PROBLEMS} or more;")],
)
async def test_status_counts_the_problems_to_a_bound(bot, tmp_path, there: int, said: str):
    log_file = LogFile(tmp_path)
    problem = LogEntry(NOW, "warning", "bot", "The disk is nearly full.").to_json()
    log_file.path.write_text(f"{problem}\n" * there)
    asked = changed(bot, log_file=log_file, admins=frozenset({ADA.id}))
    shown = plain(await asked.handle(Intent("status", ADA, HERE)))
    assert f"Problems since yesterday  {said}" in shown


async def test_status_tells_how_it_is(ask):
    shown = plain(await ask("status"))
    assert "Papers  14" in shown
    assert "Last sync  never" in shown


async def test_every_command_answers_with_something_to_do_next(ask):
    for words in (
        "find hebbian",
        "paper 2605.00001",
        "similar 2605.00001",
        "today",
        "week",
        "month",
        "trending",
        "save 2605.00001",
        "saved",
        "unsave 2605.00001",
        "share 2605.00001",
        "help",
        "status",
    ):
        assert (await ask(words)).buttons, words


async def test_every_button_is_a_line_that_works(ask):
    await ask("save 2605.10001")
    seen: set[str] = set()
    waiting = ["help", "find transformers", "saved", "paper 2605.00001", "tody"]
    while waiting and len(seen) < 60:
        words = waiting.pop()
        if words in seen:
            continue
        seen.add(words)
        view = await ask(words)
        assert view.outcome is not Outcome.REFUSED or words == "tody", words
        waiting += [button.line for button in view.buttons]
    assert len(seen) > 20


HOSTILE = st.one_of(
    st.text(max_size=300),
    st.builds(
        lambda command, words: f"{command} {words}",
        st.sampled_from([handler.__name__.strip("_") for handler in ALL]),
        st.one_of(
            st.text(max_size=200),
            st.sampled_from(
                [
                    '"unmatched',
                    "'; DROP TABLE papers; --",
                    'NEAR("a" b, 5) OR title:*',
                    "x" * 10_000,
                    "\x00\x1b[2J\x7f",
                    "\u202eאבג العربية\u202c",
                    "🔖" * 50,
                    "author: org: votes:",
                    "%s {} \\ ${HOME} `id`",
                    "page:99999999999 sort:votes",
                ]
            ),
        ),
    ),
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=HOSTILE)
async def test_whatever_is_typed_gets_a_view(bot, words):
    view = await bot.handle(bot.read(words, ADA, HERE))
    assert plain(view)
    assert "Something went wrong" not in plain(view)
    assert not any(character in plain(view) for character in "\x00\x1b\u202e")


async def test_a_fault_of_the_program_is_logged_and_answered(bot, caplog):
    bot = changed(bot, store=None)
    view = await bot.handle(Intent("saved", ADA, HERE))
    assert view.outcome is Outcome.FAILED
    assert "Something went wrong in Paperboy" in plain(view)
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("handler", ALL, ids=lambda handler: handler.__name__)
def test_what_is_answered_with_yes_or_no_is_of_that_kind(handler):
    for param in read_command(handler).params:
        assert (set(param.choices) == {"yes", "no"}) == isinstance(param.kind, YesNo)


async def test_results_say_which_other_name_was_searched(bot, ask):
    defined = [
        replace(HEBB, id=f"2605.7000{n}", title=f"Part {n}", abstract="State space models (SSMs).")
        for n in range(3)
    ]
    await bot.services.library.add(defined, NOW)
    view = await ask("find ssm part")
    assert "Also searched for “state space models”." in plain(view)
    assert view.data["synonyms"] == ["state space models"]
