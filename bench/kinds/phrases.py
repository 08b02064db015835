"""Queries in sentences, in quotation marks, with filters, and those that were pasted from elsewhere."""

from __future__ import annotations

from itertools import pairwise

from bench.catalog import STOP_WORDS, surname, telling_words, words_of
from bench.kinds.wish import Draw, Kind, Wish, slip

_QUESTIONS = (
    "how does {0} help {1} with {2}",
    "what is {0} {1} for {2}",
    "is there a paper about {0} {1} and {2}",
    "can we use {0} for {1} {2}",
    "why do {0} {1} need {2}?",
    "which paper showed {0} with {1} {2}",
)


def _question(draw: Draw) -> Wish | None:
    words = draw.remember(3, shortest=4)
    return draw.wish(draw.chance.choice(_QUESTIONS).format(*words), words) if words else None


def _misspelt_question(draw: Draw) -> Wish | None:
    if not (words := draw.remember(3, shortest=5)):
        return None
    typed = [slip(draw.chance, words[0]), *words[1:]]
    return draw.wish(draw.chance.choice(_QUESTIONS).format(*typed), words)


def _half_abstract(draw: Draw) -> Wish | None:
    """Ask for two words of the title and two of the abstract, as "the paper about …"."""
    words = draw.remember(2, shortest=4)
    said = [w for w in words_of(draw.paper.abstract)[:80] if len(w) > 5 and w not in STOP_WORDS]
    others = [word for word in dict.fromkeys(said) if word not in telling_words(draw.paper)]
    if not words or len(others) < 2:
        return None
    one, other = draw.chance.sample(others, 2)
    return Wish(
        f"the paper about {words[0]} {words[1]} that has {one} and {other}",
        frozenset({draw.paper.id}),
    )


def _from_abstract(draw: Draw) -> Wish | None:
    """Take six words in a row from one of the first sentences, the stop words left out."""
    sentences = [words_of(said) for said in draw.paper.abstract.split(". ")[:3]]
    telling = [[w for w in said if w not in STOP_WORDS and len(w) > 2] for said in sentences]
    found = [said for said in telling if len(said) >= 6]
    if not found:
        return None
    said = draw.chance.choice(found)
    at = draw.chance.randrange(len(said) - 5)
    return Wish(" ".join(said[at : at + 6]), frozenset({draw.paper.id}))


def _quoted(draw: Draw) -> Wish | None:
    """Put two neighbours in quotation marks, beside another word."""
    title = words_of(draw.paper.title)
    pairs = [(a, b) for a, b in pairwise(title) if not {a, b} & STOP_WORDS]
    if not pairs or len(title) < 5:
        return None
    pair = draw.chance.choice(pairs)
    others = [word for word in telling_words(draw.paper) if word not in pair]
    if not others:
        return None
    word = draw.chance.choice(others)
    return draw.wish(f'"{pair[0]} {pair[1]}" {word}', [*pair, word])


def _title_filter(draw: Draw) -> Wish | None:
    words = draw.remember(3)
    return draw.wish(f"title:{words[0]} {words[1]} {words[2]}", words) if words else None


def _author_filter(draw: Draw) -> Wish | None:
    words = draw.remember(2)
    if not (words and draw.paper.authors):
        return None
    family = surname(draw.chance.choice(draw.paper.authors))
    return Wish(
        f"{' '.join(words)} author:{family}", draw.catalog.titled(words) & draw.catalog.by(family)
    )


def _year_filter(draw: Draw) -> Wish | None:
    words, day = draw.remember(2), draw.paper.published
    if not (words and day):
        return None
    gold = draw.catalog.titled(words) & draw.catalog.of_year(day.year)
    return Wish(f"year:{day.year} {slip(draw.chance, words[0])} {words[1]}", gold)


def _browser_tab(draw: Draw) -> Wish:
    form = draw.chance.choice(("Paper page - {}", "{} | Hugging Face", "{} - arXiv", "{}.pdf"))
    return draw.wish(form.format(draw.paper.title), words_of(draw.paper.title))


def _citation(draw: Draw) -> Wish | None:
    paper = draw.paper
    if not (paper.authors and paper.published):
        return None
    text = f"{surname(paper.authors[0]).title()}, {paper.authors[0][0]}., et al. {paper.title}. arXiv preprint, "
    return draw.wish(f"{text}{paper.published.year}.", words_of(paper.title))


def _file_name(draw: Draw) -> Wish | None:
    if not (words := draw.remember(4)):
        return None
    return draw.wish(draw.chance.choice("-_.").join(words), words)


def _cut_off(draw: Draw) -> Wish | None:
    """Cut a title off as a narrow column does."""
    if len(draw.paper.title) < 45:
        return None
    text = draw.paper.title[: draw.chance.randint(26, 38)]
    return draw.wish(f"{text.strip()}…", words_of(text)[:-1])


def _middle(draw: Draw) -> Wish | None:
    """Cut a piece out of the title that begins and ends within words."""
    title = draw.paper.title
    if len(title) < 50:
        return None
    at = draw.chance.randrange(3, len(title) - 33)
    piece = title[at : at + 30]
    return draw.wish(piece.lower(), words_of(piece)[1:-1])


PHRASES: dict[str, Kind] = {
    "question": _question,
    "question with a slip": _misspelt_question,
    "title and abstract": _half_abstract,
    "sentence of the abstract": _from_abstract,
    "quoted pair and word": _quoted,
    "title filter": _title_filter,
    "author filter": _author_filter,
    "year filter with a slip": _year_filter,
    "browser tab": _browser_tab,
    "citation": _citation,
    "file name": _file_name,
    "title cut off": _cut_off,
    "middle of a title": _middle,
}
