"""Queries with people's names as bibliographies, and people in a hurry, write them."""

from __future__ import annotations

from bench.catalog import surname, telling_words, words_of
from bench.kinds.wish import Draw, Kind, Wish, slip


def _author(draw: Draw) -> list[str] | None:
    """Return the words of an author's name, given names first."""
    named = [words for name in draw.paper.authors[:6] if 2 <= len(words := words_of(name)) <= 3]
    fitting = [words for words in named if len(words[0]) > 1 and len(words[-1]) > 1]
    return draw.chance.choice(fitting) if fitting else None


def _name_and_word(form: str) -> Kind:
    """Make a query of one author's name and one word; `form` says how the name is written."""

    def make(draw: Draw) -> Wish | None:
        name, words = _author(draw), draw.remember(1, shortest=5)
        if not (name and words):
            return None
        given, family = name[0], name[-1]
        text = form.format(
            given=given,
            family=family,
            initial=given[0],
            begun=given[:3],
            word=words[0],
            year=_year_of(draw),
        )
        part = {"{given}": given, "{begun}": given[:3], "{initial}": given[0]}
        meant = next((said for field, said in part.items() if field in form), None)
        people = draw.catalog.by(family, meant) if meant else draw.catalog.by(family)
        return Wish(text, people & draw.catalog.titled(words))

    return make


def _year_of(draw: Draw) -> int:
    return draw.paper.published.year if draw.paper.published else 2024


def _misspelt(draw: Draw) -> Wish | None:
    name, words = _author(draw), draw.remember(1, shortest=5)
    if not (name and words and len(name[-1]) > 4):
        return None
    gold = draw.catalog.by(name[-1], name[0]) & draw.catalog.titled(words)
    return Wish(f"{name[0]} {slip(draw.chance, name[-1])} {words[0]}", gold)


def _two_surnames(draw: Draw) -> Wish | None:
    found = list(dict.fromkeys(map(surname, draw.paper.authors[:8])))
    words = draw.remember(1, shortest=5)
    if len(found) < 2 or not words:
        return None
    one, other = draw.chance.sample(found, 2)
    gold = draw.catalog.by(one) & draw.catalog.by(other) & draw.catalog.titled(words)
    return Wish(f"{one} {other} {words[0]}", gold)


def _cited(draw: Draw) -> Wish | None:
    """Name the first author and the year, as in a text."""
    if not draw.paper.authors or not draw.paper.published:
        return None
    family, year = surname(draw.paper.authors[0]), draw.paper.published.year
    words = draw.remember(2)
    if not words:
        return None
    gold = draw.catalog.by(family) & draw.catalog.of_year(year) & draw.catalog.titled(words)
    return Wish(f"{family.title()} et al. {year} {' '.join(words)}", gold)


def _alone(form: str) -> Kind:
    """Make a query of nothing but a name that few papers bear."""

    def make(draw: Draw) -> Wish | None:
        name = _author(draw)
        if not name:
            return None
        given, family = name[0], name[-1]
        text = form.format(given=given, family=family, initial=given[0])
        part = given if "{given}" in form else given[0]
        return Wish(text, draw.catalog.by(family, part))

    return make


def _surname_and_slip(draw: Draw) -> Wish | None:
    name = _author(draw)
    words = [word for word in telling_words(draw.paper) if len(word) > 5]
    if not (name and len(words) > 1):
        return None
    one, other = draw.chance.sample(words, 2)
    gold = draw.catalog.by(name[-1]) & draw.catalog.titled([one, other])
    return Wish(f"{name[-1]} {slip(draw.chance, one)} {other}", gold)


PEOPLE: dict[str, Kind] = {
    "surname, initial and word": _name_and_word("{family}, {initial}. {word}"),
    "surname initial word": _name_and_word("{family} {initial} {word}"),
    "initial surname word": _name_and_word("{initial}. {family} {word}"),
    "surname given word": _name_and_word("{family} {given} {word}"),
    "surname, given begun, word": _name_and_word("{family} {begun} {word}"),
    "word by given surname": _name_and_word("{word} by {given} {family}"),
    "name misspelt and word": _misspelt,
    "two surnames and word": _two_surnames,
    "cited": _cited,
    "surname, given": _alone("{family}, {given}"),
    "initial surname": _alone("{initial}. {family}"),
    "surname, slip and word": _surname_and_slip,
}
