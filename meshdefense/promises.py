"""What this program promises to people and what it does not, in English and Spanish.

docs/threat-model.md says the same at length. tests/mutations/promises.toml names for each
promise the tests that prove it, and the checks whose removal those tests must notice.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Final

__all__ = ["NON_PROMISES", "PROMISES", "Sentence", "lines"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One promise or one limit, in the languages of the screens."""

    en: str
    es: str

    def said(self, language: str) -> str:
        """The sentence in a language; English for one that is not here."""
        return self.es if language == "es" else self.en


PROMISES: Final = (
    Sentence(
        "Nobody without a member's key can make your node show an alert.",
        "Nadie que no tenga la clave de un miembro puede hacer que su nodo muestre un aviso.",
    ),
    Sentence(
        "Nobody can alter an alert without your node noticing and dropping it.",
        "Nadie puede alterar un aviso sin que su nodo lo note y lo descarte.",
    ),
    Sentence(
        "An alert that your node has taken never alarms there a second time, however often it is "
        "sent again, also after a restart.",
        "Un aviso que su nodo ya tomó nunca da allí la alarma otra vez, por más que se vuelva a "
        "enviar, tampoco tras un reinicio.",
    ),
    Sentence(
        "An alert that your node accepted survives a crash and a power cut.",
        "Un aviso que su nodo aceptó sobrevive a una caída del programa y a un corte de luz.",
    ),
    Sentence(
        "Each alert disappears after its lifetime, and none lives longer than 24 hours.",
        "Cada aviso desaparece cuando acaba su plazo, y ninguno dura más de 24 horas.",
    ),
    Sentence(
        "One member cannot drown or silence the others.",
        "Un solo miembro no puede ahogar ni hacer callar a los demás.",
    ),
    Sentence(
        "Where two or more organizers must agree, none of them alone can add, promote or remove "
        "anybody or change policies or keys; one alone can only take away, for 24 hours at most.",
        "Donde hace falta el acuerdo de dos o más organizadores, ninguno por sí solo puede añadir, "
        "ascender ni quitar a nadie, ni cambiar normas o claves; uno solo únicamente puede quitar "
        "permisos, por 24 horas como mucho.",
    ),
    Sentence(
        "Nobody verifies or broadcasts their own report; a critical one needs two verifiers, "
        "unless your network chose otherwise; and it takes two people to give the all-clear.",
        "Nadie verifica ni difunde su propio informe; uno crítico necesita dos verificadores, si "
        "su red no eligió otra cosa; y hacen falta dos personas para decir que pasó el peligro.",
    ),
    Sentence(
        "After a member is revoked nothing that they say later counts, and once the keys are "
        "renewed whoever found their radio or laptop reads nothing new and forges nothing.",
        "Cuando se revoca a un miembro, nada de lo que diga después cuenta, y una vez renovadas "
        "las claves quien encontró su radio o su computadora no lee nada nuevo ni falsifica nada.",
    ),
    Sentence(
        "A member's key never changes unnoticed, and names come from the roster only.",
        "La clave de un miembro nunca cambia sin que se note, y los nombres solo vienen del "
        "registro de miembros.",
    ),
    Sentence(
        "Strangers get nothing: no line on your screen, no answer, and nothing of theirs is passed "
        "on by this program.",
        "Los extraños no consiguen nada: ni una línea en su pantalla, ni respuesta, y este "
        "programa no pasa nada suyo a otros.",
    ),
    Sentence(
        "A received text cannot steer your terminal.",
        "Un texto recibido no puede manejar su terminal.",
    ),
    Sentence(
        "A laptop that is switched off gives away nothing but sizes and times of files, behind a "
        "good passphrase.",
        "Una computadora apagada no revela más que tamaños y horas de archivos, con una buena "
        "frase de contraseña.",
    ),
    Sentence(
        "A locked screen gives away counts only.",
        "Una pantalla bloqueada solo revela cantidades.",
    ),
    Sentence(
        "Panic leaves nothing on the disk that opens, within two seconds.",
        "La orden de pánico no deja en el disco nada que se pueda abrir, en menos de dos segundos.",
    ),
    Sentence(
        "A wrong clock loses no alert and brings none back that was over; only suspensions and the "
        "ends of memberships go by clocks.",
        "Un reloj mal puesto no pierde ningún aviso ni trae de vuelta uno que terminó; solo las "
        "suspensiones y el fin de una membresía se rigen por relojes.",
    ),
    Sentence(
        "Keys and passphrases reach no log, command line, environment or error text.",
        "Las claves y contraseñas no llegan a ningún registro, línea de órdenes, entorno ni texto "
        "de error.",
    ),
    Sentence(
        "There is no field for a person's name, face, plate, address or status.",
        "No hay ningún campo para el nombre, la cara, la placa, la dirección ni la situación de "
        "una persona.",
    ),
    Sentence(
        "Once installed it works without internet and never looks for it.",
        "Una vez instalado funciona sin internet y nunca lo busca.",
    ),
    Sentence(
        "A damaged or hostile file is refused in words and changes nothing.",
        "Un archivo dañado u hostil se rechaza con palabras y no cambia nada.",
    ),
)
"""In the order of docs/threat-model.md; a number is never used for another promise."""

NON_PROMISES: Final = (
    Sentence(
        "It is unaudited: nobody outside the project has examined it.",
        "No está auditado: nadie ajeno al proyecto lo ha examinado.",
    ),
    Sentence(
        "It cannot hide that a radio transmits, nor where. Anybody with a receiver can find it.",
        "No oculta que una radio transmite, ni desde dónde. Cualquiera con un receptor puede "
        "encontrarla.",
    ),
    Sentence(
        "It does not work through jamming, and it does not promise that a message arrives. No "
        "answer is not safety.",
        "No funciona cuando alguien interfiere la radio, ni promete que un mensaje llegue: que "
        "nadie conteste no quiere decir que no haya peligro.",
    ),
    Sentence(
        "An unconfirmed report may be false. A confirmed one is what people said.",
        "Un informe sin confirmar puede ser falso. Uno confirmado es lo que dijeron unas personas.",
    ),
    Sentence(
        "It does not help when a machine is taken unlocked, when somebody else controls its "
        "system, or when a person is forced.",
        "No ayuda si se llevan una máquina desbloqueada, si otro controla su sistema, o si se "
        "obliga a una persona.",
    ),
    Sentence(
        "It cannot delete what others keep: their screens, paper and memory, and what a member "
        "who was revoked already had.",
        "No puede borrar lo que otros guardan: sus pantallas, su papel y su memoria, ni lo que ya "
        "tenía un miembro revocado.",
    ),
    Sentence(
        "It cannot erase flash memory for certain, and it cannot wipe the computer's memory.",
        "No puede borrar con certeza la memoria flash, ni limpiar la memoria de la computadora.",
    ),
    Sentence(
        "It does not stop as many organizers as must agree when they agree to do harm, nor as "
        "many stolen verifiers' keys as an alarm needs.",
        "No detiene a tantos organizadores como deban ponerse de acuerdo si acuerdan hacer daño, "
        "ni a tantas claves robadas de verificadores como una alarma necesite.",
    ),
    Sentence(
        "It is no legal advice. Destroying data may be unlawful where you are.",
        "No es un consejo legal. Destruir datos puede ser ilegal donde usted está.",
    ),
)
"""Said on the first run as plainly as the promises."""

_TITLES: Final = {
    "en": ("What is promised", "What is not promised"),
    "es": ("Lo que se promete", "Lo que no se promete"),
}


def lines(language: str, width: int = 78) -> list[str]:
    """Both lists for a terminal, wrapped; English for a language that is not here."""
    titles = _TITLES.get(language, _TITLES["en"])
    found = [titles[0], ""]
    for number, promise in enumerate(PROMISES, start=1):
        found += _point(f"{number:2}. ", promise.said(language), width)
    found += ["", titles[1], ""]
    for sentence in NON_PROMISES:
        found += _point("  - ", sentence.said(language), width)
    return found


def _point(mark: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=mark, subsequent_indent=" " * len(mark), break_on_hyphens=False
    )
