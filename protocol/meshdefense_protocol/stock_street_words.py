"""The words around a place that people with stock radios write: leads, ends, corners. Pure.

Folded forms, English and Spanish. Source: docs/stock-radios.md.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "COLOURS",
    "CORNERS",
    "MONTHS",
    "NUMBERED_LEADS",
    "ORDINALS",
    "PLACE_LEADS",
    "PLACE_NOUNS",
    "PLACE_STOPS",
    "STREET_ENDS",
    "STREET_LEADS",
]

CORNERS: Final = frozenset({"and", "y", "e", "con", "x"})
"""Words between the two streets of a corner."""
STREET_LEADS: Final = frozenset({"calle", "avenida", "av", "carrera", "calz", "calzada", "esquina",
                                 "esq", "corner"})  # fmt: skip
"""Words after which the name of a street follows, whatever it looks like."""
PLACE_LEADS: Final = STREET_LEADS | frozenset(
    {"at", "on", "near", "by", "in", "en", "cerca", "por", "sobre", "junto"}
)
"""Words after which a place follows."""
NUMBERED_LEADS: Final = frozenset(
    "calle avenida av ave avenue carrera street highway hwy interstate i route rt ruta carretera "
    "us sr cr ih fm la km kilometro kilometer mile milla exit salida line linea gate puerta".split()
)
"""Words after which a number names the road and no house: "la 26", "Highway 41"."""
STREET_ENDS: Final = frozenset({"st", "street", "ave", "avenue", "blvd", "rd", "road", "lane"})
"""Words with which the name of a street ends."""
PLACE_NOUNS: Final = STREET_ENDS | frozenset(
    "park parque plaza school escuela church iglesia station estacion hospital clinic clinica "
    "market mercado library biblioteca store tienda bridge puente avenida calle mall center centro "
    "garden jardin field campo gym north south east west norte sur este oeste".split()
)
"""Words by which two capitalised words are a place and nobody's name."""
ORDINALS: Final = frozenset(
    "first second third fourth fifth sixth seventh eighth ninth tenth primera segunda tercera "
    "cuarta quinta sexta septima octava novena decima".split()
)
"""Streets that are counted."""
COLOURS: Final = frozenset(
    "light dark white black gray grey silver blue red green brown big large small blanca blancas "
    "blanco blancos negra negras negro negros gris grises azul azules roja rojas rojo rojos verde "
    "verdes grande grandes".split()
)
"""Looks of vehicles; parts of a street only with a capital letter."""
MONTHS: Final = frozenset(
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre".split()
)
"""Streets are named after days: "16 de Septiembre"."""
PLACE_STOPS: Final = COLOURS | frozenset(
    "i im me my us we our you u ur your they them their he she him her his it its is are was were "
    "am be been have has had do does did go going gone went get got can could should this that "
    "these those some many few all any more just now here there where what when how why who still "
    "very today tonight yesterday again please pls plz thanks thank hello hi hey saw see seen "
    "heard think know about around from to for with of min mins minute minutes hour hours ago "
    "last night morning evening call called come came next behind inside outside took taken "
    "people person persons children kids men women man woman yo tu mi a nos nosotros ellos ellas "
    "usted ustedes se te le les lo su sus mis nuestro nuestra que quien quienes donde cuando como "
    "porque hay son soy es fue era eran esta estan estoy estamos tiene tienen tengo hace hacia "
    "desde para muy mas muchos muchas mucha mucho pocos unos unas todos todas ya aqui aca alli "
    "alla ahora hoy ayer luego favor porfavor gracias hola vi veo vemos creo dicen noche tarde "
    "manana llevo llevaron llevan detuvo agarraron agarro minuto minutos hora horas rato gente "
    "persona personas hombres mujeres ninos right turn fired and y con".split()
)
"""Words that are no part of a street, but beside a sign."""
