"""Names of time zones that the tz database has not: large cities, countries, and abbreviations."""

from __future__ import annotations

from collections.abc import Mapping

# a zone, and the cities in it that give it no name; also other spellings of those that do
_CITIES = """
Africa/Addis_Ababa: Addis Abeba
Africa/Algiers: Alger, Algier, Oran
Africa/Cairo: Kairo, Le Caire, El Cairo, Alexandria, Giza, القاهرة
Africa/Casablanca: Rabat, Marrakesh, Marrakech, Fes, Tangier
Africa/Dar_es_Salaam: Dodoma, Zanzibar
Africa/Johannesburg: Cape Town, Kapstadt, Pretoria, Durban, Stellenbosch, Joburg
Africa/Lagos: Abuja, Ibadan, Kano
Africa/Nairobi: Mombasa
Africa/Tunis: Tunes
America/Argentina/Buenos_Aires: Rosario
America/Bogota: Medellin, Cali, Barranquilla, Cartagena
America/Caracas: Maracaibo
America/Chicago: Houston, Dallas, Austin, San Antonio, Minneapolis, St Louis,
  Saint Louis, Nashville, Memphis, New Orleans, Milwaukee, Madison, Kansas City,
  Oklahoma City, Omaha, Fort Worth, Urbana, Champaign
America/Denver: Boulder, Salt Lake City, Albuquerque, Santa Fe, Los Alamos
America/Edmonton: Calgary, Banff
America/Guatemala: Guatemala City
America/Guayaquil: Quito
America/Los_Angeles: San Francisco, SF, Bay Area, Silicon Valley, LA, Seattle,
  San Diego, Palo Alto, Stanford, Berkeley, Mountain View, Menlo Park, Cupertino,
  Sunnyvale, Santa Clara, Oakland, Sacramento, Portland, Las Vegas, Pasadena, Irvine,
  Redmond
America/Mexico_City: Mexico City, Ciudad de Mexico, CDMX, Guadalajara, Puebla
America/Montevideo: Punta del Este
America/New_York: NYC, New York City, Manhattan, Brooklyn, Boston, Washington,
  Washington DC, DC, Philadelphia, Pittsburgh, Atlanta, Miami, Orlando, Tampa,
  Baltimore, Princeton, New Haven, Ithaca, Ann Arbor, Cleveland, Columbus, Cincinnati,
  Charlotte, Raleigh, Durham NC, Buffalo, Cambridge MA
America/Phoenix: Tucson, Scottsdale
America/Santiago: Santiago de Chile, Valparaiso
America/Sao_Paulo: Rio de Janeiro, Rio, Brasilia, Belo Horizonte, Curitiba,
  Porto Alegre, Campinas
America/Toronto: Ottawa, Montreal, Quebec City, Waterloo, Hamilton Ontario,
  London Ontario
America/Vancouver: Victoria BC
America/Winnipeg: Manitoba
Asia/Almaty: Astana
Asia/Bangkok: Krung Thep, Chiang Mai, กรุงเทพ
Asia/Colombo: Kandy
Asia/Dhaka: Chittagong, Dacca, ঢাকা
Asia/Dubai: Abu Dhabi, Sharjah, دبي
Asia/Ho_Chi_Minh: HCMC, Ho Chi Minh City, Hanoi, Ha Noi, Da Nang
Asia/Hong_Kong: HK, Kowloon, 香港
Asia/Jakarta: Bandung, Surabaya, Yogyakarta, Depok
Asia/Jerusalem: Haifa, Rehovot, Beersheba, תל אביב, ירושלים
Asia/Karachi: Lahore, Islamabad, Rawalpindi, کراچی
Asia/Kathmandu: Pokhara
Asia/Kolkata: Mumbai, Bombay, Delhi, New Delhi, Bangalore, Bengaluru, Hyderabad,
  Chennai, Madras, Pune, Ahmedabad, Kanpur, Kharagpur, Roorkee, Guwahati, Jaipur,
  Lucknow, Kochi, Gurgaon, Noida, दिल्ली, मुंबई
Asia/Kuala_Lumpur: KL, Penang, Johor Bahru
Asia/Manila: Quezon City, Cebu, Makati
Asia/Novosibirsk: Akademgorodok, Новосибирск
Asia/Qatar: Doha
Asia/Riyadh: Jeddah, Mecca, Thuwal, Dhahran, الرياض
Asia/Seoul: Busan, Pusan, Daejeon, Incheon, Pohang, Daegu, Suwon, 서울, 부산, 대전
Asia/Shanghai: Beijing, Peking, Shenzhen, Guangzhou, Canton, Hangzhou, Chengdu, Nanjing,
  Wuhan, Xian, Xi'an, Tianjin, Suzhou, Hefei, Chongqing, Dalian, Qingdao, Xiamen,
  Changsha, 北京, 上海, 深圳, 广州, 杭州, 南京, 武汉, 成都
Asia/Singapore: SG, 新加坡
Asia/Taipei: Hsinchu, Kaohsiung, Taichung, Tainan, 台北, 臺北
Asia/Tashkent: Taschkent
Asia/Tehran: Teheran, Isfahan, Shiraz, Mashhad, تهران
Asia/Tokyo: Osaka, Kyoto, Yokohama, Nagoya, Sapporo, Fukuoka, Kobe, Sendai, Tsukuba,
  Hiroshima, 東京, 东京, 大阪, 京都
Asia/Ulaanbaatar: Ulan Bator
Asia/Yangon: Rangoon
Asia/Yekaterinburg: Ekaterinburg, Екатеринбург
Atlantic/Reykjavik: Akureyri
Australia/Adelaide: Glenelg
Australia/Brisbane: Gold Coast, Cairns
Australia/Perth: Fremantle
Australia/Sydney: Wollongong, Newcastle NSW
Europe/Amsterdam: Rotterdam, The Hague, Den Haag, Utrecht, Eindhoven, Delft, Leiden,
  Groningen, Nijmegen
Europe/Athens: Athen, Athina, Thessaloniki, Heraklion, Αθήνα, Θεσσαλονίκη
Europe/Belgrade: Beograd, Novi Sad, Београд
Europe/Berlin: Munich, München, Hamburg, Frankfurt, Cologne, Köln, Stuttgart,
  Dusseldorf, Düsseldorf, Leipzig, Dresden, Heidelberg, Tübingen, Freiburg, Karlsruhe,
  Darmstadt, Bonn, Aachen, Bremen, Hanover, Hannover, Nuremberg, Nürnberg, Saarbrücken,
  Göttingen, Potsdam, Mannheim, MEZ
Europe/Bratislava: Pressburg, Kosice
Europe/Brussels: Bruxelles, Brussel, Brüssel, Antwerp, Antwerpen, Ghent, Gent, Leuven,
  Louvain, Liege
Europe/Bucharest: Bucuresti, Bukarest, Cluj, Cluj-Napoca, Iasi, Timisoara
Europe/Budapest: Debrecen, Szeged
Europe/Copenhagen: København, Kopenhagen, Aarhus, Odense, Aalborg, Lyngby
Europe/Dublin: Cork, Galway
Europe/Helsinki: Espoo, Tampere, Turku, Oulu, Helsingfors
Europe/Istanbul: Ankara, Izmir, Bursa, Antalya
Europe/Kyiv: Kharkiv, Lviv, Odesa, Odessa, Київ, Киев
Europe/Lisbon: Lisboa, Lissabon, Porto, Oporto, Coimbra, Braga
Europe/Ljubljana: Laibach, Maribor
Europe/London: Edinburgh, Glasgow, Manchester, Oxford, Bristol, Leeds, Liverpool,
  Sheffield, Cambridge UK, Belfast, Cardiff, Londres, Nottingham, Southampton, Warwick,
  Cambridge England
Europe/Luxembourg: Luxemburg
Europe/Madrid: Barcelona, Sevilla, Seville, Bilbao, Zaragoza, Granada, Malaga
Europe/Minsk: Минск
Europe/Moscow: Moskva, Moskau, Moscou, St Petersburg, Saint Petersburg,
  Sankt Petersburg, Kazan, Nizhny Novgorod, Москва, Санкт-Петербург, Казань
Europe/Oslo: Bergen, Trondheim, Tromsø, Stavanger
Europe/Paris: Lyon, Marseille, Toulouse, Grenoble, Nice, Bordeaux, Lille, Strasbourg,
  Nantes, Rennes, Montpellier, Saclay
Europe/Prague: Praha, Prag, Brno
Europe/Riga: Daugavpils
Europe/Rome: Roma, Rom, Milan, Milano, Mailand, Turin, Torino, Naples, Napoli, Florence,
  Firenze, Bologna, Pisa, Genoa, Genova, Venice, Venezia, Padova, Trento, Trieste,
  Palermo
Europe/Sofia: Plovdiv, София
Europe/Stockholm: Gothenburg, Göteborg, Malmö, Uppsala, Lund, Linköping
Europe/Tallinn: Tartu
Europe/Vienna: Wien, Vienne, Graz, Linz, Innsbruck, Salzburg, Klosterneuburg
Europe/Vilnius: Kaunas
Europe/Warsaw: Warszawa, Warschau, Krakow, Kraków, Cracow, Krakau, Gdansk, Gdańsk,
  Wroclaw, Wrocław, Poznan, Poznań, Lodz, Łódź, Katowice
Europe/Zagreb: Split, Rijeka
Europe/Zurich: Geneva, Genève, Genf, Lausanne, Basel, Bern, Berne, Lugano, Bâle
Pacific/Auckland: Wellington, Christchurch, Dunedin
Pacific/Honolulu: Hawaii, Maui
UTC: Z, Coordinated Universal Time, Greenwich Mean Time
"""
# countries and parts of one that have one time, and names of zones in words
_REGIONS = """
America/Argentina/Buenos_Aires: Argentina
America/Chicago: Central, Central Time, CT, US Central, Texas, Illinois
America/Denver: Mountain, Mountain Time, MT, US Mountain, Colorado
America/Guayaquil: Ecuador
America/Los_Angeles: Pacific, Pacific Time, PT, US Pacific, West Coast, California
America/New_York: Eastern, Eastern Time, ET, US Eastern, East Coast, Massachusetts, New Jersey
America/Santiago: Chile
Asia/Almaty: Kazakhstan
Asia/Dubai: UAE, Emirates
Asia/Kolkata: Bharat, भारत
Asia/Kuala_Lumpur: Malaysia
Asia/Seoul: Korea, South Korea, 한국
Asia/Shanghai: China, Mainland China, 中国
Asia/Taipei: 台灣
Asia/Tashkent: Uzbekistan
Asia/Tokyo: Nippon, 日本
Asia/Ulaanbaatar: Mongolia
Europe/Amsterdam: The Netherlands, Holland
Europe/Berlin: Germany, Deutschland
Europe/Istanbul: Türkiye
Europe/Kyiv: Ukraine
Europe/London: UK, United Kingdom, Britain, Great Britain, England, Scotland, Wales
Europe/Prague: Czechia
Europe/Rome: Italia
Europe/Vienna: Österreich
Europe/Warsaw: Polska
Europe/Zurich: Schweiz, Suisse
Pacific/Auckland: New Zealand, Aotearoa
"""
# names that several places have, and countries with several times
AMBIGUOUS: Mapping[str, tuple[str, ...]] = {
    "america": ("New York", "Chicago", "Los Angeles"),
    "australia": ("Sydney", "Brisbane", "Perth"),
    "birmingham": ("London", "Chicago"),
    "brazil": ("Sao Paulo", "Manaus"),
    "cambridge": ("London", "New York"),
    "canada": ("Toronto", "Winnipeg", "Vancouver"),
    "europe": ("London", "Berlin", "Athens"),
    "georgia": ("Tbilisi", "New York"),
    "indonesia": ("Jakarta", "Makassar"),
    "mexico": ("Mexico City", "Tijuana"),
    "portugal": ("Lisbon", "Azores"),
    "russia": ("Moscow", "Novosibirsk"),
    "san jose": ("Los Angeles", "Costa Rica"),
    "spain": ("Madrid", "Canary"),
    "us": ("New York", "Chicago", "Los Angeles"),
    "usa": ("New York", "Chicago", "Los Angeles"),
    "united states": ("New York", "Chicago", "Los Angeles"),
    "valencia": ("Madrid", "Caracas"),
    # abbreviations
    "ast": ("Halifax", "Riyadh"),
    "bst": ("London", "Dhaka"),
    "cst": ("Chicago", "Shanghai"),
    "ist": ("Kolkata", "Dublin", "Jerusalem"),
    "sst": ("Singapore", "Pago Pago"),
}
# abbreviations of a time that is the same all year
_FIXED = {
    "cat": "Africa/Maputo",
    "eat": "Africa/Nairobi",
    "sast": "Africa/Johannesburg",
    "wat": "Africa/Lagos",
    "art": "America/Argentina/Buenos_Aires",
    "brt": "America/Sao_Paulo",
    "cot": "America/Bogota",
    "pet": "America/Lima",
    "gst": "Asia/Dubai",
    "hkt": "Asia/Hong_Kong",
    "ict": "Asia/Bangkok",
    "irst": "Asia/Tehran",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "mmt": "Asia/Yangon",
    "msk": "Europe/Moscow",
    "myt": "Asia/Kuala_Lumpur",
    "npt": "Asia/Kathmandu",
    "pht": "Asia/Manila",
    "pkt": "Asia/Karachi",
    "sgt": "Asia/Singapore",
    "trt": "Europe/Istanbul",
    "wib": "Asia/Jakarta",
    "wit": "Asia/Jayapura",
    "wita": "Asia/Makassar",
    "awst": "Australia/Perth",
}
SUMMER = frozenset(("cest", "mesz", "eest", "west"))  # besides those that end in "dt"
# abbreviations of half a year: their hours from UTC, and a city that has them for that half
SEASONAL: Mapping[str, tuple[int, str]] = {
    "est": (-5, "New York"),
    "edt": (-4, "New York"),
    "cdt": (-5, "Chicago"),
    "mst": (-7, "Denver"),
    "mdt": (-6, "Denver"),
    "pst": (-8, "Los Angeles"),
    "pdt": (-7, "Los Angeles"),
    "akst": (-9, "Anchorage"),
    "akdt": (-8, "Anchorage"),
    "adt": (-3, "Halifax"),
    "aest": (10, "Sydney"),
    "aedt": (11, "Sydney"),
    "cest": (2, "Berlin"),
    "mesz": (2, "Berlin"),
    "eest": (3, "Helsinki"),
    "west": (1, "Lisbon"),
    "idt": (3, "Jerusalem"),
    "nzst": (12, "Auckland"),
    "nzdt": (13, "Auckland"),
    "clt": (-4, "Santiago"),
}


def other_names() -> Mapping[str, str]:
    """Return the zone of each name that the tz database has not, as people write it."""
    named = {name.upper(): zone for name, zone in _FIXED.items()}
    zone = ""
    for row in (_CITIES + _REGIONS).split("\n"):
        before, colon, names = row.partition(":")
        zone = before if colon else zone
        others = (names if colon else row).split(",")
        named |= {one: zone for name in others if (one := name.strip())}
    return named
