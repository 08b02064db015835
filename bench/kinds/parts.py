"""Queries of title words: unfinished, misspelt, in other forms, beside words that fit nothing, with a year."""

from __future__ import annotations

from bench.catalog import telling_words
from bench.kinds.wish import Draw, Kind, Wish, insert, slip

_SITES = ("arxiv", "paper", "pdf", "github", "huggingface", "code")
_PLACES = (
    "google",
    "stanford",
    "tsinghua",
    "berkeley",
    "deepmind",
    "openai",
    "mit",
    "oxford",
    "beijing",
    "zurich",
)
# Everyday nouns; those that a corpus has are left out.
_NOUNS = (
    "jaguar polio oxygen wheat malaria zinc violin saddle pepper tulip walnut ferry lagoon mustard goose piano castle "
    "velvet cinnamon harbor pumpkin squirrel trumpet sapphire meadow blizzard cathedral lantern parsley falcon "
    "macular svm kafka ulcer trombone dolphin orchid granite biscuit umbrella"
).split()
_SYLLABLES = "no ce li ra to mu ven dor pal sik bre ton gul mar fe zo".split()


def _cut(draw: Draw, word: str) -> str:
    return word[: draw.chance.randint(4, max(4, min(6, len(word) - 2)))]


def _begin(total: int, cut: int) -> Kind:
    """Make a query of title words of which some are only begun."""

    def make(draw: Draw) -> Wish | None:
        if not (words := draw.remember(total, shortest=6)):
            return None
        begun = draw.chance.sample(range(total), cut)
        typed = [_cut(draw, word) if n in begun else word for n, word in enumerate(words)]
        return draw.wish(" ".join(typed), words)

    return make


def _first_begun(draw: Draw) -> Wish | None:
    if not (words := draw.remember(3, shortest=6)):
        return None
    return draw.wish(f"{_cut(draw, words[0])} {words[1]} {words[2]}", words)


def _begun_and_slip(draw: Draw) -> Wish | None:
    if not (words := draw.remember(3, shortest=6)):
        return None
    one, other = draw.chance.sample(range(3), 2)
    typed = list(words)
    typed[one], typed[other] = _cut(draw, typed[one]), slip(draw.chance, typed[other])
    return draw.wish(" ".join(typed), words)


def _beside(number: int, other: Kind) -> Kind:
    """Make a query of title words with a word beside them that another kind makes."""

    def make(draw: Draw) -> Wish | None:
        words, beside = draw.remember(number), other(draw)
        if not (words and beside):
            return None
        return draw.wish(insert(draw.chance, words, beside.text), words)

    return make


def _site(draw: Draw) -> Wish:
    return Wish(draw.chance.choice(_SITES), frozenset())


def _place(draw: Draw) -> Wish:
    return Wish(draw.chance.choice(_PLACES), frozenset())


def _foreign(draw: Draw) -> Wish | None:
    found = [
        word for word in telling_words(draw.stranger()) if word not in telling_words(draw.paper)
    ]
    return Wish(draw.chance.choice(found), frozenset()) if found else None


def _foreign_slip(draw: Draw) -> Wish | None:
    found = _foreign(draw)
    return (
        Wish(slip(draw.chance, found.text), frozenset()) if found and len(found.text) > 4 else None
    )


def _nowhere(draw: Draw) -> Wish | None:
    found = [word for word in _NOUNS if not draw.catalog.knows(word)]
    return Wish(draw.chance.choice(found), frozenset()) if found else None


def _nonsense(draw: Draw) -> Wish | None:
    word = "".join(draw.chance.choices(_SYLLABLES, k=3))
    return None if draw.catalog.knows(word) else Wish(word, frozenset())


def _house(draw: Draw) -> Wish | None:
    """Return the name of the paper's own organisation."""
    house = draw.paper.organization
    return Wish(house.name.lower(), frozenset()) if house else None


def _other_house(draw: Draw) -> Wish | None:
    house = draw.stranger().organization
    return Wish(house.name.lower(), frozenset()) if house else None


def _mangled(draw: Draw) -> Wish | None:
    """Mangle one of three title words beyond recognition."""
    if not (words := draw.remember(3, shortest=6)):
        return None
    at = draw.chance.randrange(3)
    typed = list(words)
    for _ in range(4):
        typed[at] = slip(draw.chance, typed[at], 0)
    kept = [word for n, word in enumerate(words) if n != at]
    return Wish(" ".join(typed), frozenset({draw.paper.id}) | draw.catalog.titled(kept))


def _year(number: int, form: str) -> Kind:
    """Make a query of title words and the year; gold are the papers of that year."""

    def make(draw: Draw) -> Wish | None:
        words, day = draw.remember(number), draw.paper.published
        if not (words and day):
            return None
        gold = draw.catalog.titled(words) & draw.catalog.of_year(day.year)
        return Wish(form.format(words=" ".join(words), year=day.year), gold)

    return make


def _wrong_year(draw: Draw) -> Wish | None:
    words, day = draw.remember(3), draw.paper.published
    if not (words and day):
        return None
    return draw.wish(f"{' '.join(words)} {day.year + draw.chance.choice((-1, 1))}", words)


def _slip_of_first_letter(draw: Draw) -> Wish | None:
    if not (words := draw.remember(3, shortest=5)):
        return None
    at = draw.chance.randrange(3)
    other = draw.chance.choice("abcdefghijklmnoprstuw".replace(words[at][0], ""))
    typed = [other + word[1:] if n == at else word for n, word in enumerate(words)]
    return draw.wish(" ".join(typed), words)


def _slip_of_short_word(draw: Draw) -> Wish | None:
    words = draw.remember(3)
    short = [n for n, word in enumerate(words or ()) if 4 <= len(word) <= 5]
    if not (words and short):
        return None
    at = draw.chance.choice(short)
    return draw.wish(
        " ".join(slip(draw.chance, w) if n == at else w for n, w in enumerate(words)), words
    )


def _by_ear(draw: Draw) -> Wish | None:
    """Spell three words as they sound."""
    if not (words := draw.remember(3, shortest=6)):
        return None
    sounds = (
        ("ph", "f"),
        ("tion", "shun"),
        ("ie", "ei"),
        ("ck", "k"),
        ("qu", "kw"),
        ("ea", "ee"),
        ("ss", "s"),
    )
    typed = list(words)
    for n, word in enumerate(words):
        fitting = [(a, b) for a, b in sounds if a in word]
        if fitting:
            typed[n] = word.replace(*draw.chance.choice(fitting), 1)
    return draw.wish(" ".join(typed), words) if typed != words else None


def _other_number(draw: Draw) -> Wish | None:
    if not (words := draw.remember(3, shortest=5)):
        return None
    typed = [word.removesuffix("s") if word.endswith("s") else f"{word}s" for word in words]
    kept = [typed[0], words[1], typed[2]]
    return draw.wish(" ".join(kept), words)


def _other_form(draw: Draw) -> Wish | None:
    """Write nouns of action as verbs, and the other way round."""
    if not (words := draw.remember(3, shortest=5)):
        return None
    forms = (
        ("ation", "ating"),
        ("ization", "izing"),
        ("ing", "ed"),
        ("ed", "ing"),
        ("ment", "ments"),
        ("ive", "ively"),
    )
    typed = [next((w.removesuffix(a) + b for a, b in forms if w.endswith(a)), w) for w in words]
    return draw.wish(" ".join(typed), words) if typed != words else None


def _british(draw: Draw) -> Wish | None:
    if not (words := draw.remember(3)):
        return None
    pairs = (("ization", "isation"), ("izing", "ising"), ("ized", "ised"), ("ize", "ise"), ("behavior", "behaviour"),
             ("color", "colour"), ("modeling", "modelling"), ("labeled", "labelled"), ("center", "centre"))  # fmt: skip
    typed = [next((w.replace(a, b) for a, b in pairs if a in w), w) for w in words]
    return draw.wish(" ".join(typed), words) if typed != words else None


def _run_together(draw: Draw) -> Wish | None:
    """Join three neighbours."""
    found = telling_words(draw.paper)
    if len(found) < 4:
        return None
    at = draw.chance.randrange(len(found) - 2)
    words = found[at : at + 3]
    return draw.wish("".join(words), words) if len("".join(words)) <= 36 else None


def _shouted(draw: Draw) -> Wish | None:
    if not (words := draw.remember(4, shortest=5)):
        return None
    typed = [words[0], slip(draw.chance, words[1]), words[2], slip(draw.chance, words[3])]
    return draw.wish(" ".join(typed).upper(), words)


def _numbered(draw: Draw) -> Wish | None:
    """Ask for a number of the title, and one word of it."""
    found = telling_words(draw.paper)
    numbers = [word for word in found if word[0].isdigit()]
    others = [word for word in found if word.isalpha()]
    if not (numbers and others):
        return None
    words = [draw.chance.choice(others), draw.chance.choice(numbers)]
    return draw.wish(" ".join(words), words)


PARTS: dict[str, Kind] = {
    "all three begun": _begin(3, 3),
    "two of four begun": _begin(4, 2),
    "first of three begun": _first_begun,
    "begun beside a slip": _begun_and_slip,
    "three words and a site": _beside(3, _site),
    "two words and a site": _beside(2, _site),
    "three words and a place": _beside(3, _place),
    "three words and a wrong one": _beside(3, _foreign),
    "three words and a misspelt wrong one": _beside(3, _foreign_slip),
    "three words and one of no paper": _beside(3, _nowhere),
    "two words and one of no paper": _beside(2, _nowhere),
    "three words and nonsense": _beside(3, _nonsense),
    "one of three mangled": _mangled,
    "two words and their house": _beside(2, _house),
    "three words and another house": _beside(3, _other_house),
    "year and two words": _year(2, "{year} {words}"),
    "two words in a year": _year(2, "{words} from {year}"),
    "three words and year": _year(3, "{words} {year}"),
    "three words and a wrong year": _wrong_year,
    "slip in a first letter": _slip_of_first_letter,
    "slip in a short word": _slip_of_short_word,
    "spelt by ear": _by_ear,
    "one and many": _other_number,
    "other forms": _other_form,
    "British spelling": _british,
    "three run together": _run_together,
    "capitals with slips": _shouted,
    "word and number": _numbered,
}
