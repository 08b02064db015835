"""Names of months and days of the week, as people of many countries write them, without accents."""

from __future__ import annotations

from functools import cache

MIN_PREFIX = 3  # letters of a month that are enough

# English, German, French, Spanish, Italian, Portuguese, Dutch, Scandinavian, Polish, Turkish,
# Indonesian, Russian
_MONTHS = """
january januar janner janvier enero gennaio janeiro januari styczen stycznia ocak январь января
february februar feber fevrier febrero febbraio fevereiro februari luty lutego subat февраль февраля
march marz maerz mars marzo marco maart marts marzec marca mart maret март марта
april avril abril aprile kwiecien kwietnia nisan апрель апреля
may mai mayo maggio maio mei maj maja mayis май мая
june juni juin junio giugno junho czerwiec czerwca haziran июнь июня
july juli juillet julio luglio julho lipiec lipca temmuz июль июля
august aout agosto augustus augusti sierpien sierpnia agustos agustus август августа
september septembre septiembre settembre setembro wrzesien wrzesnia eylul сентябрь сентября
october oktober octobre octubre ottobre outubro pazdziernik pazdziernika ekim октябрь октября
november novembre noviembre novembro listopad listopada kasim ноябрь ноября
december dezember decembre diciembre dicembre dezembro desember grudzien grudnia aralik\
 декабрь декабря
"""
_WEEKDAYS = """
monday mon montag lundi lunes lunedi segunda-feira maandag mandag poniedzialek pazartesi
tuesday tue tues dienstag mardi martes martedi terca-feira dinsdag tirsdag wtorek sali
wednesday wed mittwoch mercredi miercoles mercoledi quarta-feira woensdag onsdag sroda carsamba
thursday thu thur thurs donnerstag jeudi jueves giovedi quinta-feira donderdag torsdag czwartek
friday fri freitag vendredi viernes venerdi sexta-feira vrijdag fredag piatek cuma
saturday sat samstag sonnabend samedi sabado sabato zaterdag lordag sobota cumartesi
sunday sun sonntag dimanche domingo domenica zondag sondag niedziela pazar
"""
_NAMES_OF_MONTHS = tuple(frozenset(line.split()) for line in _MONTHS.strip().splitlines())
_NAMES_OF_DAYS = tuple(frozenset(line.split()) for line in _WEEKDAYS.strip().splitlines())


@cache
def month_number(word: str) -> int | None:
    """Return the month, from 1, that a folded name or the beginning of one means."""
    months = enumerate(_NAMES_OF_MONTHS, 1)
    exact, begun = [], []
    for number, names in months:
        exact += [number] if word in names else []
        begun += [number] if any(name.startswith(word) for name in names) else []
    found = exact or (begun if len(word) >= MIN_PREFIX else [])
    return found[0] if len(found) == 1 else None


@cache
def weekday_number(word: str) -> int | None:
    """Return the day of the week, from 0 for Monday, that a folded name means."""
    return next((n for n, names in enumerate(_NAMES_OF_DAYS) if word in names), None)
