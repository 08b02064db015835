"""A paper that was written as JSON is read again as it was."""

from hypothesis import given

from bot.papers import Paper, record
from bot.sources.records import paper_from_record
from tests.rigs.papers import papers


@given(papers())
def test_every_field_of_a_paper_can_be_read_from_its_record(paper: Paper):
    assert paper_from_record(record(paper)) == paper


def test_a_summary_is_no_abstract_where_a_record_has_both():
    read = paper_from_record({"id": "1", "title": "T", "abstract": "", "summary": "One sentence."})
    assert (read.abstract, read.summary) == ("", "One sentence.")
