"""The form of any command keeps to Slack's limits, whatever stands in it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.forms import Form, redraw_form
from adapters.slack.requests import Request
from bot.chat.commands import Blank
from bot.chat.intents import Intent
from bot.chat.signatures import command
from bot.features import ALL
from bot.models import Person, Place
from tests.contract.views import WORDS
from tests.rigs.slack_rules import broken_rules_of_modal

ME, HERE = Person("slack", "T1", "U1"), Place("slack", "T1", "C1")
COMMANDS = [one for one in map(command, ALL) if one.params]
VALUES = st.one_of(
    WORDS,
    st.sampled_from(("", "9:00", "mon,fri", "last", "3", "yes", "daily", "here", "me", "C1")),
    WORDS.map(lambda text: text * 99),
)


@settings(max_examples=300)
@given(st.data())
def test_any_form_keeps_to_the_limits(data):
    known = data.draw(st.sampled_from(COMMANDS))
    blanks = [Blank(param, data.draw(VALUES)) for param in known.params]
    error = data.draw(st.sampled_from((("", ""), ("", "No."), (known.params[0].name, "No. " * 99))))
    is_open = data.draw(st.booleans())
    asked = Form(Intent(known.name, ME, HERE), Request(ME, HERE), {}, {}, is_open, error)
    modal = redraw_form(asked, blanks)
    assert modal
    assert list(broken_rules_of_modal(modal)) == []
