"""How German, French and Spanish ask, wish, forbid, wonder and report: what ``words`` adds to its English tables.

In French and Spanish an order and a report share a form ("change la température" may be said of a colleague), so a verb after a subject
counts as a report. A prohibition is looked for before the verb and after it, anywhere in the clause.
"""

from __future__ import annotations

import re

# action -> further forms that ask for it; unlike those of ``words`` they are never guessed from a misspelling, for many are one letter
# away from an English word ("porte", "mettre")
_ASKING: dict[str, str] = {
    "set_parameter": (
        r"setz|stell|änder|erhöh|verringern|verringer|senken|senk|vermindere?|erniedrige?|steigere?|steigern|schalt|dreh(?:e|en)?"
        r"|leg(?:e|en)?(?= [^.;!?]*\bfest\b)|(?:fest|um|herauf|herunter|hoch|runter)(?:legen|setzen|stellen|drehen|fahren)|einstellen|passe?(?= [^.;!?]*\ban\b)|anpassen|hebe?(?= [^.;!?]*\ban\b)|anheben|fahr(?:e)?(?= [^.;!?]*\b(?:hoch|runter)\b)"
        r"|öffne|öffnen|schließe|schließen|drehe?|fahre?|belasse?|lege?|ouvre[rz]?|ferme[rz]?|garde[rz]?|abre|abra|abrir|cierra|cierre|cerrar|gira|gire|deja|mantén|verwende|verwenden|benutze?|benutzen|nutze?|nehmen|bringe|bringen|wähle|wählen|vergrößere?|vergrößern|verkleinere?|verkleinern|verdoppeln|verdreifache|halbieren"
        r"|multipliziere?|multiplizieren|dividiere?|dividieren|teile|ersetze?|justiere|regle|regele|regeln|aktiviere?|deaktiviere?|tausche"
        r"|(?:ich|wir) (?:möchten?|hätten?|will|wollen|brauchen?|wünschen?)|soll(?:en)?(?= [^.;!?]*\b(?:sein|betragen|haben|\w{3,}en)\W*$)"
        r"|(?:mets|mettez|règle|réglez|fixe|fixez|passe|passez|monte|baisse|change|augmente|diminue|double|divise|multiplie)-(?:moi|le|la|les|nous)|mettre|régler|changer|fixer|augmenter|diminuer|baisser|passer|utiliser|réduire|réduisez|choisir|choisissez|modifie[rz]?|ajuste[rz]?|monte[rz]?(?! carlo)|ramène|ramenez|ramener"
        r"|remets|remettez|doubler|doublez|multiplie[rz]?|divise[rz]?|portez|prends|prenez|prendre|activer|activez|désactive[rz]?|allume[rz]?|éteins|éteignez|éteindre|bascule[rz]?|remplace[rz]?|définis|définir|définissez|élève|élevez|abaisse[rz]?|descends|descendez"
        r"|(?:je|nous) (?:voudrais|veux|aimerais|souhaite|voulons|voudrions|aimerions|souhaitons)|j['’]aimerais"
        r"|poner|ponme|ponlo|ponla|ponlos|ponlas|ponedlo|pones|cambiar|cámbia(?:lo|la|me)|ajustar|ajústa(?:lo|la)|fijar|fíja(?:lo|la)|establecer|establezca|establécelo|subir|súbe(?:lo|la|me)|sube(?:lo|la)|suba|bajar|bája(?:lo|la|me)|baje|duplicar|duplique|aumentar|aumente|disminuir|disminuya|reducir|reduzca|usar"
        r"|modifica|modifique|modificar|incrementa|incremente|multiplica|multiplique|divida|configurar|configura|defina|selecciona|elige|elija|activa|activar|desactiva|desactivar|apaga|apague|enciende|encienda|reemplaza|sustituye|utiliza|utilice|coloca|deja(?= [^.;!?]*\ben\b)"
        r"|quiero|quisiera|me gustaría|necesito|deseo|queremos"
    ),
    "pause_simulation": (
        r"halt(?:e|en)?(?= [^.;!?]*\ban\b)|halten sie|(?:mach|mache|machen|leg|lege|einlegen|leg mal) GAP{0,30}pause|unterbrechen|(?:re)?mettre GAP{0,30}en pause|(?:mets|mettez)GAP{0,40} en pause|fais une pause|faites une pause|(?<!vais )faire une pause|suspendre"
        r"|(?:pon|ponga|poner|ponla|ponlo)GAP{0,40} en pausa|haga una pausa|(?<!voy a )hacer una pausa|pausad|pausen|suspender|suspenda|detén un momento"
    ),
    "resume_simulation": (
        r"setz(?:e|en)? GAP{0,40}\bfort|fahr fort|(?:nimm|nehmen sie) GAP{0,30}wieder auf|wiederaufnehmen|lass GAP{0,30}weiterlaufen|mach(?:e|en sie)? weiter"
        r"|poursuis|poursuivez|poursuivre|continue[rz]|relance[rz]|(?:remets|remettez|remettre)GAP{0,30} en (?:marche|route)|retoma|retome|retomar|reanude|continúe|continuar|seguir|siga|reprise"
    ),
    "stop_simulation": (
        r"brich GAP{0,30}\bab|brechen sie GAP{0,30}\bab|stoppen|arrêter|terminer|terminez|mets fin|mettez fin|terminar|termine|finaliza|finalice|finalizar"
        r"|^\W*(?:por favor,? )?(?:para|pare) (?:ya )?la simulación\W*$"
    ),
    "restart_simulation": (
        r"start(?:e|en sie) (?:(?!nicht)\w+ ){1,2}neu|von vorne|fang (?:(?!nicht)\w+ )?(?:noch ?mal|neu|von vorn)|neustarten|redémarre[rz]|recommence[rz]|repars de zéro|reprends (?:à zéro|depuis le début)"
        r"|reiniciar|reinicie|empieza (?:de nuevo|otra vez)|empezar de nuevo|volver a empezar|comienza de nuevo"
    ),
    "undo": (
        r"(?:nimm|nehmen sie) (?:(?!nicht)[^.;!?]){0,40}\bzurück|annuler|défaites|reviens en arrière|revenez en arrière|revenir en arrière|retour en arrière"
        r"|deshaz(?:lo|la)|deshaga|anula|anule|anular|revertir|revierta|vuelve atrás|da marcha atrás"
    ),
}
# what stands between the halves of a form, and holds no negation ("mach keine Pause")
_GAP = r"(?:(?!\b(?:kein|nicht|nie|pas|jamais|nunca))[^.;!?])"
FORMS = {name: forms.replace("GAP", _GAP) for name, forms in _ASKING.items()}

TOPICS: dict[str, str] = {
    "get_simulation_state": (
        r"wie weit|wie geht|wie lange|fertig|momentan|gerade|derzeit|jetzt|où en (?:est|sommes)|où on en est|comment (?:ça )?(?:va|avance|se passe)|actuel|en ce moment|terminé|combien de temps"
        r"|cómo (?:va|vamos|está|sigue)|qué tal|por dónde va|cuánto (?:falta|queda)|actual|ahora|terminado|listo|está lista"
    ),
    "get_available_parameters": (
        r"(?:was|welche\w*) [^.;!?]{0,40}(?:ändern|einstellen|verstellen|steuern|regeln)|einstellbar|stellschrauben|stellgrößen|que (?:puis-je|peut-on|je peux)|réglable|modifiable|qu['’]est-ce que je peux"
        r"|qué (?:puedo|se puede|podemos) (?:cambiar|ajustar|modificar)|ajustable|modificable"
    ),
    "get_metrics_history": r"entwicklung|entwickelt|zeitreihe|gestiegen|gefallen|évolution|évolué\w*|évolue\w*|tendance|affiche|dessine|passés|evolución|evoluciona\w*|tendencia|muéstrame|enseña|dibuja|pasados",
}

QUESTION = (
    r"^\W*(?:(?:und|et|y|aber|mais|pero|also|alors|entonces)\W+)?(?:hast|habt|haben|wird|werden|wurden?|warst|bist|darf|dürfen|muss|müssen|kann (?:man|es|sie|er|die|das|der)|können wir|könnten wir|sollen|geht|gibt es|läuft|wer|wo|wozu|weshalb|wieviel|ob"
    r"|où|combien|lequel|laquelle|qui|as-tu|avez-vous|tu as|vous avez|a-t-on|peut-on|puis-je|pouvons-nous|qu['’]|serait|dónde|cuánt\w+|cuándo|quién|hay|ha sido|has|han|son|será|sería|se puede|podemos|podría ser|puede la|puede el)\b"
    r"|^(?=.*\b(?:der|die|das|den|dem|des|eine?|es|ist|und|la|le|les|el|los|las|una?|une|du|est|en|con)\b).*(?<!\bja)(?<!\bok)(?<!okay)(?<!bitte)(?<!vale)(?<!accord)(?<!plaît)(?<!favor)\s*\?\W*$"
    r"|¿|\b\w+-(?:t-)?(?:ils?|elles?|on)\b|\best-ce\b|\best-ce que\b"
)
# a request put as a question; with a verb of telling ("kannst du mir sagen, ob …") it is a question all the same
_TELLING = r"(?![^.;!?]*\b(?:sagen|erklären|beschreiben|verraten|wissen|expliquer|dire|décrire|savoir|explicar(?:me)?|decir(?:me)?|saber|contar(?:me)?)\b)"
POLITE = (
    r"^\W*(?:(?:und|dann|bitte|also|hallo|et|puis|alors|bonjour|y|luego|hola|por favor|s['’]il (?:te|vous) plaît)\W+)*(?:(?:kannst|könntest|würdest|magst|willst) du|(?:können|könnten|würden) sie|(?:könntet|könnt) ihr"
    r"|(?:peux|pourrais|veux)-tu|(?:pouvez|pourriez|voulez)-vous|(?:est-ce que )?(?:tu (?:peux|pourrais)|vous (?:pouvez|pourriez))|veuillez|merci de"
    r"|(?:me )?(?:puedes|podrías|podéis|podríais)|te importaría|me (?:pones|cambias|ajustas|subes|bajas)|(?:podría|puede)(?: usted)?(?:,? por favor,?)? (?:poner|cambiar|ajustar|fijar|establecer|subir|bajar|aumentar|reducir|usar|pausar|reanudar|deshacer))\b"
    + _TELLING
)
_INSIDE = r"(?:[^.;!?,]|(?<=\d)[.,](?=\d))*$"  # up to the verb, within the clause; a decimal mark ends no clause
_NEVER = r"nicht|nie|niemals|kein\w*|keinesfalls|jamais|aucun\w*|nunca|jamás|tampoco"
NEGATION = rf"(?:\bn['’]|\b(?:{_NEVER}|ne(?!\s*(?:should|shall|must|needs?|is|to|at|up|down|by|of|[=:\d]))|ohne|sans|pas de(?! temps| grille| calcul)|statt|anstatt|au lieu de|plutôt que|en vez de|en lugar de|deja de|hör auf|arrête de|evita|évite[rz]?|vermeide)\b){_INSIDE}"
_STEP_WORD = r"(?<!le )(?<!un )(?<!du )(?<!les )(?<!des )(?<!de )(?<!\d )(?<!derniers )(?<!nombre de )pas(?! de (?:temps|grille|calcul|simulation))"
# "…, damit es nicht divergiert" gives a reason
NEGATION_AFTER = rf"^(?:(?!\b(?:damit|weil|sonst|denn|pour|afin|parce|sinon|para que|porque|si no)\b)(?:[^.;!?,]|(?<=\d)[.,](?=\d)))*?(?:\b(?:{_NEVER})\b|\b{_STEP_WORD}\b|\bno (?=en\b|a\b))"
_DETERMINER = r"(?:l['’]|(?:le|la|les|un|une|mon|ma|mes|ton|ta|notre|nos|votre|leur|ce|cet|cette|el|los|las|una|mi|mis|tu|su|sus|nuestro|nuestra|este|esta|ese|esa)\s+)"
# a subject before the verb: "il change …", "mi colega usa …", "ich setze …"
REPORTED = (
    r"\b(?:il|elle|qu['’]on|et on|ils|elles|je|j['’]|tu|nous|vous|qui|él|ella|ellos|yo|nosotros|usted|ich|wir|er|sie|es|man|ihr|wer)\s*(?:ne |me |te |se |lo |la |y )?$|^\W*on\s+$"
    rf"|^\W*(?:(?:et|y|und|mais|pero|aber|car|porque|denn)\W+)?{_DETERMINER}[\w-]+(?:(?:\s+|['’])[\w-]+){{0,5}}\s+$"
    r"|\b(?:im|in (?:der|dem|einem|einer|ihrem)|dans (?:l['’]|le |la |leur |un |une )|en (?:el|la|su|un|una)|según|selon|laut|d['’]après)\s*(?:\w+\s+){0,2}(?:paper|artikel|veröffentlichung|arbeit|studie|handbuch|buch|article|papier|étude|publication|manuel|livre|artículo|estudio|publicación|manual|libro)\b[^.;!?,]*$"
)
SAYING = (
    r"sagte?n?|sagt|meinte?|schlägt|schlug|empfiehlt|empfahl|schreibt|schrieb|behauptete?|rät|riet|verlangte?|bittet|bat|fragte?|dit|disent|disait|écrit|écrivait|recommande|conseille|suggère|prétend|demande|affirme"
    r"|dice|dicen|dijo|dijeron|recomienda|sugiere|propone|escribe|escribió|aconseja|pide|pidió|afirma|pregunta|steht|heißt es"
)
PAST = r"puse|pusimos|puso|vorgestern|vorhin|letzte (?:woche|nacht)|letzte[ns] (?:jahr|monat|mal)|la semaine dernière|l['’]an dernier|le mois dernier|tout à l['’]heure|la dernière fois|anoche|anteayer|la semana pasada|el año pasado|el mes pasado|la última vez"
HYPOTHETICAL = (
    r"ob|was (?:würde|passiert)|wäre es|wäre (?:eine?|das|die|der)|sollen wir|sollte ich|sollte man|kann man|können wir|könnten wir|darf ich|dürfen wir|muss ich|(?:ich )?überlege|angenommen|stell dir vor|nehmen wir an|nimm an|gehen wir davon aus|hör(?:t)? auf|(?:verwende|setze|nutze|benutze|ändere|stelle|nehme|senke|erhöhe) (?:ich|er|man)|(?:verwenden|setzen|nutzen|benutzen|stellen|nehmen|senken|erhöhen) (?:wir|die)|(?:autoren|autorinnen|kollegen|kolleginnen|leute|forscher|forscherinnen|studenten|studierende|andere|viele) (?:setzen|stellen|verwenden|nutzen|benutzen|ändern|nehmen|wählen|erhöhen|senken)|man (?:sollte|müsste|könnte)"
    r"|que se passe(?:rait)?-t-il|arrête[rz]? d[e'’]|cesse[rz]? d[e'’]|peut-on|on (?:peut|pourrait|devrait)|pouvons-nous|faut-il|il (?:faut|faudrait)|est-ce (?:que je|qu['’]on|une bonne|possible|mieux)|serait-(?:il|ce|elle)|je me demande|je ne sais pas|j['’]hésite|je pense à|imagine[rz]?|supposons"
    r"|qué pasa si|deja de|se puede|podemos|puedo|sería|serviría|me pregunto|no sé si|estoy pensando|hay que|habría que|debo|debemos|imagina|supongamos|pensando en"
)
WAITING = r"sobald|solange bis|erst wenn|später|morgen|heute abend|à moins que|sauf si|plus tard|demain|aussitôt|une fois que|jusqu['’]à ce que|a menos que|más tarde|mañana|luego de|después de que|außer wenn|es sei denn|nachdem|bevor|avant (?:de|que)|après (?:que|avoir)|antes de"
STRONG_SET = (
    r"setz|setzen|stell|stellen|änder|ändern|erhöhen|erhöh|verringere?|verringern|senken|verwende|benutze|mettre|mettez|régler|réglez|fixer?|modifie[rz]?|changer|changez|augmentez|baissez|passe[rz]?|réduis|diminue[rz]?|monte"
    r"|poner|ponga|ponme|cambie|cambiar|ajusta|ajustar|ajuste|fija|fijar|establece|establecer|modifica|duplica|disminuye|subir|bajar|aumentar"
)
NARRATIVE = r"\b(?:sie|er|wir|ich|man|autoren|kollegen|ils|elles?|on|nous|auteurs|collègues|ellos|autores|colegas)\W+(?:haben|hatten|hat|habe|nahmen|verwendeten|benutzten|ont|avons|avaient|a|utilisaient|han|usaron|utilizaron|tomaron|eligieron)\b|\b(?:says?|said|writes?|wrote|sagt|sagte|meinte?|schreibt|schrieb|dit|disait|écrit|dice|dijo|escribe|escribió)\W*$"
YES = r"ja bitte|ja,? mach|mach(?:e)? das bitte|einverstanden|genau|richtig|in ordnung|passt|oui,? (?:vas-y|fais-le|bien sûr)|fais-le|allez-y|c['’]est (?:ça|bon)|entendu|bien sûr|volontiers|sí,? (?:por favor|hazlo|dale|claro)|adelante|de acuerdo|vale|correcto|exacto|por supuesto"
NO = r"nein danke|lieber nicht|bitte nicht|lass (?:das|es|mal)|vergiss es|abbrechen|non merci|surtout pas|laisse tomber|pas la peine|oublie|no gracias|mejor no|olvídalo|déjalo|nada"


def among(pattern: re.Pattern[str], more: str) -> re.Pattern[str]:
    """A pattern, or one of more words in its place (each of them whole)."""
    return re.compile(rf"{pattern.pattern}|\b(?:{more})\b", pattern.flags)


def beside(pattern: re.Pattern[str], more: str) -> re.Pattern[str]:
    """A pattern, or another that brings its own anchors."""
    return re.compile(rf"{pattern.pattern}|{more}", pattern.flags)
