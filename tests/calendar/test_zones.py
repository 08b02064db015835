"""Time zones as people write them, and which each means."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar.zone_names import AMBIGUOUS, SEASONAL, other_names
from bot.calendar.zones import NotAZone, complete_zones, find_zones, load_zone, read_zone, zones

ZONES = [
    ("Berlin", "Europe/Berlin"),
    ("europe/berlin", "Europe/Berlin"),
    ("New York", "America/New_York"),
    ("new york, ny", "America/New_York"),
    ("NYC", "America/New_York"),
    ("New_York", "America/New_York"),
    ("Washington, DC", "America/New_York"),
    ("Boston", "America/New_York"),
    ("San Francisco", "America/Los_Angeles"),
    ("SF", "America/Los_Angeles"),
    ("LA", "America/Los_Angeles"),
    ("Palo Alto", "America/Los_Angeles"),
    ("Toronto", "America/Toronto"),
    ("London, Ontario", "America/Toronto"),
    ("Mexico City", "America/Mexico_City"),
    ("CDMX", "America/Mexico_City"),
    ("Ciudad de México", "America/Mexico_City"),
    ("Bogotá", "America/Bogota"),
    ("São Paulo", "America/Sao_Paulo"),
    ("Rio de Janeiro", "America/Sao_Paulo"),
    ("Buenos Aires", "America/Argentina/Buenos_Aires"),
    ("Santiago", "America/Santiago"),
    ("London", "Europe/London"),
    ("Londres", "Europe/London"),
    ("Edinburgh", "Europe/London"),
    ("Cambridge, UK", "Europe/London"),
    ("Paris, France", "Europe/Paris"),
    ("Zürich", "Europe/Zurich"),
    ("Genève", "Europe/Zurich"),
    ("München", "Europe/Berlin"),
    ("Köln", "Europe/Berlin"),
    ("Wien", "Europe/Vienna"),
    ("Praha", "Europe/Prague"),
    ("Łódź", "Europe/Warsaw"),
    ("København", "Europe/Copenhagen"),
    ("Tromsø", "Europe/Oslo"),
    ("Reykjavík", "Atlantic/Reykjavik"),
    ("Москва", "Europe/Moscow"),
    ("St Petersburg", "Europe/Moscow"),
    ("Київ", "Europe/Kyiv"),
    ("Kiev", "Europe/Kiev"),
    ("İstanbul", "Europe/Istanbul"),
    ("Ankara", "Europe/Istanbul"),
    ("Αθήνα", "Europe/Athens"),
    ("תל אביב", "Asia/Jerusalem"),
    ("القاهرة", "Africa/Cairo"),
    ("Riyadh", "Asia/Riyadh"),
    ("Doha", "Asia/Qatar"),
    ("Dubai", "Asia/Dubai"),
    ("Tehran", "Asia/Tehran"),
    ("Karachi", "Asia/Karachi"),
    ("Mumbai", "Asia/Kolkata"),
    ("Bombay", "Asia/Kolkata"),
    ("bengaluru", "Asia/Kolkata"),
    ("दिल्ली", "Asia/Kolkata"),
    ("Dhaka", "Asia/Dhaka"),
    ("Kathmandu", "Asia/Kathmandu"),
    ("Bangkok", "Asia/Bangkok"),
    ("Hanoi", "Asia/Ho_Chi_Minh"),
    ("Saigon", "Asia/Saigon"),
    ("KL", "Asia/Kuala_Lumpur"),
    ("Singapore", "Singapore"),
    ("Jakarta", "Asia/Jakarta"),
    ("Manila", "Asia/Manila"),
    ("北京", "Asia/Shanghai"),
    ("Shenzhen", "Asia/Shanghai"),
    ("Xi'an", "Asia/Shanghai"),
    ("香港", "Asia/Hong_Kong"),
    ("台北", "Asia/Taipei"),
    ("서울", "Asia/Seoul"),
    ("東京", "Asia/Tokyo"),
    ("Osaka", "Asia/Tokyo"),
    ("Perth", "Australia/Perth"),
    ("Melbourne", "Australia/Melbourne"),
    ("Wellington", "Pacific/Auckland"),
    ("Honolulu", "Pacific/Honolulu"),
    ("Nairobi", "Africa/Nairobi"),
    ("Lagos", "Africa/Lagos"),
    ("Cape Town", "Africa/Johannesburg"),
    ("Germany", "Europe/Berlin"),
    ("India", "Asia/Kolkata"),
    ("Japan", "Japan"),
    ("UK", "Europe/London"),
    ("Côte d'Ivoire", "Africa/Abidjan"),
    ("ET", "America/New_York"),
    ("Pacific time", "America/Los_Angeles"),
    ("CET", "CET"),
    ("JST", "Asia/Tokyo"),
    ("KST", "Asia/Seoul"),
    ("SGT", "Asia/Singapore"),
    ("MSK", "Europe/Moscow"),
    ("UTC", "UTC"),
    ("Z", "UTC"),
    ("UTC+2", "UTC+2"),
    ("GMT+2", "UTC+2"),
    ("gmt -3", "UTC-3"),
    ("UTC−5", "UTC-5"),
    ("+02:00", "UTC+2"),
    ("+0530", "UTC+5:30"),
    ("UTC+5:45", "UTC+5:45"),
    ("etc/gmt-2", "UTC+2"),
    ("Tokyo time zone", "Asia/Tokyo"),
]


@pytest.mark.parametrize(("text", "zone"), ZONES)
def test_a_zone_is_read_as_people_write_it(text, zone):
    assert read_zone(text) == zone
    assert load_zone(zone).key == zone


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("EST", "EST is UTC-5 all year, an hour off New York in summer. Write New York, or UTC-5."),
        ("edt", "EDT is the time of New York in summer only. Write New York, or UTC-4."),
        ("CEST", "in summer only. Write Berlin, or UTC+2."),
        ("IST", "“IST” could be the time of Kolkata, Dublin or Jerusalem. Write one of them."),
        ("Cambridge", "could be the time of London or New York"),
        ("USA", "could be the time of New York, Chicago or Los Angeles"),
        ("UTC+20", "write hours from UTC-12 to UTC+14"),
        ("UTC+5:17", "write hours from UTC-12 to UTC+14"),
        ("Argentina/", "Write the one you mean."),
        ("Mars", "“Mars” isn’t a time zone. Name a large city in it, as in Berlin or New York"),
        ("a", "isn’t a time zone"),
    ],
)
def test_what_is_no_zone_or_several_is_asked_back(text, sentence):
    with pytest.raises(NotAZone) as refused:
        read_zone(text)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(("name", "hours"), [("UTC+2", 2), ("UTC-5", -5), ("UTC+5:30", 5.5)])
def test_hours_from_utc_are_a_zone_without_summer_time(name, hours):
    for month in (1, 7):
        at = datetime(2026, month, 1, 12, tzinfo=load_zone(name))
        assert at.utcoffset() == timedelta(hours=hours)
        assert at.tzname() == name


def test_every_other_name_belongs_to_a_zone_and_every_answer_can_be_given():
    assert [name for name, zone in other_names().items() if zone not in zones()] == []
    for name, zone in other_names().items():
        assert read_zone(name) == zone, name
    for city in [city for _, city in SEASONAL.values()] + [
        c for cs in AMBIGUOUS.values() for c in cs
    ]:
        assert read_zone(city)


def test_cities_complete_to_their_zones():
    assert find_zones("mumb") == ("Asia/Kolkata",)
    assert find_zones("zürich")[0] == "Europe/Zurich"
    assert complete_zones("mumb") == (("Mumbai (Asia/Kolkata)", "Asia/Kolkata"),)
    assert complete_zones("berl")[0] == ("Europe/Berlin", "Europe/Berlin")


@given(st.text(max_size=20))
def test_any_text_is_a_zone_or_refused(text):
    try:
        assert load_zone(read_zone(text)).key
    except NotAZone:
        return
