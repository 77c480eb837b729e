"""The words by which people ask for each action, in English, German, French and Spanish.

``neighbours`` holds what the other three add. A lexicon, not a parser: it tells which actions a sentence leaves traces of, so that an action without a trace is never
taken. Patterns match base forms (an order), not past or third-person forms (a report): "pause" but not "paused".
Sentences in other languages leave no trace, and their actions are asked back.
"""

from __future__ import annotations

import re

from agent.reading import neighbours
from agent.reading.neighbours import among, beside
from agent.reading.slips import one_slip

# what a thing is to be, said as a fact about it: "the depth ought to be 5 m", "110 would be better"
STATIVE = (
    r"(?:sorry|oops|ups|wait|my (?:mistake|bad|fault))\b[^.;!?]{0,60}?\bshould have been|(?:needs?|has|have|got|ought) to be|(?:shall|must) be|is to be|should (?:be|have(?! been)|get|use|keep|go|run|stay|start|switch|change|drop|rise|fall|move|take|hold|reach|cover|last|come|increase|decrease|grow|shrink|settle|stand|sit|become|equal|read|weigh|measure)"
    r"|(?:would|might|could) be (?:rather |quite |really |very |so |much |a bit |a little )?(?:better|best|nice|nicer|great|good|perfect|preferable|ideal|enough)|(?:is|seems|sounds) (?:better|preferable)"
)
# action (a tool's name) -> the forms that ask for it, most of them whole words; compiled case-insensitively
_FORMS: dict[str, str] = {
    "set_parameter": (
        r"(?:(?<=mind )|(?<=mind terribly )|(?<=mind awfully )|(?<=mind please ))(?:opening|closing|heating|cooling|warming|slowing|speeding|running|tuning|turning up|turning down|setting|changing|lowering|raising|increasing|decreasing|reducing|switching|turning|putting|making|moving|using|adjusting|bringing|doubling|halving|cutting|trying)"
        rf"|(?:(?<=should )|(?<=could we )|(?<=can we )|(?<=let's )|(?<=let us )|(?<=like to )|^)have(?= (?:the|a|an|it|\d|[a-z]+ty\b|[a-z]+teen\b)\b)|have(?= (?:the|it|this|that) [^.;!?]*\b(?:at|go|be|run|set|to)\b)|{STATIVE}|set|change|make|put|adjust|use|switch|update|modify|increase|decrease|raise|lower|reduce|double|halve|triple|quadruple"
        r"|turn|tune|bump|bring|move|try|revert(?= [^.;!?]*?\bto\W+[\d.])|scale|multiply|divide|crank|dial|drop|let|give|assign|shrink|grow|boost|cut|add|subtract"
        r"|want|need|take|go (?:for|with|to|up|down)|(?:i|we)(?:'d| would) (?:like|prefer|rather)|(?<!night )(?<!day )(?<!early )(?<!late )(?<!phase )(?<!time )(?<!the )(?<!a )shift|push|lift|ramp|ease|nudge|reset|place|pull|slide|swap|remove|delete|shorten|lengthen|stretch|widen|narrow|extend|tighten|loosen|strengthen|weaken|deepen|brighten|dim|expand|soften|apply|choose|select|pick|replace|define|enter|enable|disable|activate|deactivate|cool|heat|warm|slow|speed|retune|knock"
        r"|setze?|setzen|stellen?|stelle?|ändere?|ändern|erhöhe?|erhöhen|verringere?|verringern|senke?|senken|schalte?|schalten|(?:ein|aus|an|ab|um)schalten|verdopple|verdoppele|halbiere?|mach|mache|nimm|wechsle|wechsele|reduziere?"
        r"|mets|mettez|règle|réglez|change[rz]?|fixe[rz]?|augmente[rz]?|diminue[rz]?|baisse[rz]?|passe[rz]?|utilise[rz]?|réduis|choisis"
        r"|pon|ponga|cambia|cambie|ajusta|ajuste|fija|fije|establece|sube|baja|duplica|aumenta|disminuye|reduce|usa|use"
    ),
    "pause_simulation": (
        r"(?<!the )(?<!la )(?<!die )(?<!une )(?<!cette )pause|hold(?! on)|freeze|suspend|halt|(?:take|have) a break|stop (?:it |the \w+ |this )?(?:for (?:a|now|one)|briefly)"
        r"|pausiere?|pausieren|anhalten|halte?|unterbrich|unterbreche|stopp|mets en pause|mettez en pause|suspends|suspendez|arrête un moment"
        r"|(?<!la )(?<!una )(?<!esta )pausa|pausar|pon en pausa|suspende|haz una pausa"
    ),
    "resume_simulation": (
        r"(?<=mind )(?:resuming|continuing)|resume|continue|unpause|un-pause|proceed|go on|carry on|keep (?:it |this |the \w+ )?(?:going|running)|let (?:it|the \w+) run on|unfreeze|let it run|get going|pick up where"
        r"|(?<!läuft )(?<!läuft es )(?<!läuft sie )(?<!geht es )(?<!immer )weiter|fortsetzen|fortfahren|setze? (?:\w+ )?fort|mach weiter|fahre? fort|weiterlaufen|weitermachen"
        r"|reprends|reprenez|reprendre|continuez|relance|reanuda|reanudar|continúa|continua|sigue|prosigue"
    ),
    "stop_simulation": r"stop(?! (?:it |the \w+ |this )?(?:for (?:a|now|one)|briefly))|end (?:it|the|this)|terminate|abort|kill|quit|cancel (?:it|the|this)|shut (?:it |this |that |the \w+ |this \w+ )?down|beende|beenden|stoppe|abbrechen|arrête|arrêtez|termine|detener|detén|detenga|termina",
    "restart_simulation": r"restart|re-start|rerun|re-run|start over|start again|begin again|from scratch|run it again|(?:begin|start|launch|kick off) (?:a |an |the )?(?:new|fresh|another|brand new) (?:run|simulation)|start (?:it |it all |everything |(?:the|this) (?:\w+ ){1,2})?(?:over|afresh|anew)|neu ?starten|starte neu|von vorn|redémarre|recommence|reinicia|vuelve a empezar",
    "undo": (
        r"undo|revert|roll back|rollback|take (?:that|it|this|the \w+(?: \w+)?) back|take back|put (?:it|that) back|change (?:it|that) back|set (?:it|that) back|go back(?! (?:to|up to|down to) (?:the )?[\d.])(?! to (?:work|sleep|bed|school|basics|my|your|our|writing|reading|the (?:lab|office|hotel|desk|question|topic|paper|beginning of))\b)|back out"
        r"|mache? (?:das |es )?rückgängig|rückgängig|zurücknehmen|nimm (?:das|es) zurück|annule[rz]?|défais|défaire|deshaz|deshacer|revierte"
    ),
    "remove_alert": (
        r"(?:remove|delete|cancel|drop|forget|clear|turn off|switch off) (?:(?:the|that|this|all|my|any|every|of) )*(?:\w+ )?(?:alert|alarm|warning)s?"
        r"|stop (?:watching|alerting|warning|notifying)(?: me)?|(?:lösche?|entferne?) (?:den |die |alle )?\w* ?alarme?|supprime[rz]? (?:l'|les |toutes les )?alertes?|(?:quita|borra) (?:la |las )?alertas?"
    ),
    "checkpoint_simulation": r"(?:write|make|take|save|create) (?:a |me a )?checkpoint|checkpoint (?:it|the|this|now)|(?:save|keep|preserve|store) (?:(?:this|the|its|that) )?(?:(?:present|current|exact|very) )?state(?: of (?:it|the (?:run|simulation)))?|(?:sichere|behalte|speichere) (?:diesen|den|seinen) zustand|(?:garde|sauvegarde) (?:cet |l')état|guarda (?:este|el) estado|sicherungspunkt|point de contrôle|punto de control",
    # a verb, not the noun: "the branch" is a simulation, "a branch" is made
    "branch_simulation": (
        r"(?:(?<!the )(?<!this )(?<!that )(?<!a )(?<!its )(?<!my )(?<!new )(?<!second )(?<!each )(?<!every )(?<!one )(?<!which )branch)(?= (?:off|out|it|the (?:run|simulation)|this|from|at|with|where|using|and|here)\b|\W*$)"
        r"|(?:start|make|create|open|run|spawn|try|do|begin|launch) (?:me )?(?:a|another|one|a new|a second) branch|(?:in|on|as|into) (?:a|another|one) (?:new |separate |second |parallel )?branch|fork (?:it|off|the (?:run|simulation))"
        r"|verzweige|(?:mach|mache|starte|öffne) (?:eine|einen) (?:abzweig\w*|verzweigung|zweig)|in einem (?:zweig|abzweig)|(?:crée|ouvre|lance) une branche|dans une branche|(?:crea|abre) una rama|en una rama"
    ),
    "sweep_parameter": (
        r"(?:(?<!the )(?<!this )(?<!that )(?<!my )(?<!of )(?<!last )sweep)(?! (?:is|was|so|done|finished|going|results?|table|status|progress)\b)|(?:(?<!the )scan) (?=[\w ]{1,40}\b(?:over|through|across|for)\b)|try (?:each|all) of"
        r"|(?:mach|mache|starte) (?:eine|einen) (?:reihe|sweep|durchlauf)|balaye[rz]?|fais varier|barre(?:r)? (?=.*\bsur\b)|haz un barrido"
    ),
    "stop_sweep": r"(?:stop|end|cancel|abort|halt|kill|quit) (?:the|this|that|my) sweep|(?:stoppe|beende) den sweep|arrête le balayage|detén el barrido",
    "generate_white_paper": r"write (?:it|this|that|everything|the (?:run|results)) up|write[- ]?up|write (?:a|the|me a) (?:white ?)?(?:paper|report)|white ?paper|make (?:a|the) report|create (?:a|the) report|generate (?:a|the) (?:white ?)?(?:paper|report)|(?:a|the) report on|bericht|rapport|informe",
}
# what reads the run; no harm can come of these, so nouns and questions count as well
_TOPICS: dict[str, str] = {
    "get_simulation_state": (
        r"status|state|progress|simulation|run|running|step|steps|how far|how is it|how's it|how are (?:things|we)|going|doing|finished|done yet|current|currently|now|right now|update|sim\b"
        r"|zustand|stand|läuft|fortschritt|aktuell|état|statut|avancement|estado|progreso|alive|ready|paused|eta|how much longer|how long"
    ),
    "get_available_parameters": (
        r"parameters?|knobs?|settings?|options?|adjust|what (?:i|we|you) can (?:change|set|adjust|control|tune|modify)|what can (?:i|you|we|be) (?:change|set|adjust|control|tune|modify|do)|help|can i (?:change|set|adjust|control|tune)|controls?|tunable|adjustable|choices|bounds|limits|ranges?|allowed|permitted|possible values|(?:highest|lowest|largest|smallest|biggest|maximum|minimum|max|min|most|least) [^.;!?]{0,40}\b(?:you(?:'d| would)? (?:let|allow|accept|take)|i (?:can|could|may)|possible|accepted|valid)"
        r"|parametern?|einstellungen|einstellbar|grenzen|paramètres?|réglages|parámetros?|ajustes|change\b"
    ),
    "list_alerts": r"alerts?\b|alarms?\b|(?:what|which) (?:are you|do you) watch\w*|alarme|alertes?|alertas?",
    "get_metrics_history": (
        r"history|histories|last|past|previous|recent|recently|lately|going up|going down|rising|falling|values|plot|chart|graph|curve|trend|trajectory|traces?\b|evol(?:ution|v\w+)|develop(?:ed|ing|ment)?\b|course|over time|over the|time series|timeline|so far|behav(?:ed|iou?r)|settl\w+|converg\w+|stabili[sz]\w+|grow(?:n|ing)|grew|declin\w+|climb\w+|increas(?:ed|ing)|decreas(?:ed|ing)|been (?:doing|up to)|meanwhile|in the meantime|while i was|overnight|drift\w*|fluctuat\w+|oscillat(?:ed|ing)|since|show|draw|why|explain|drop|dropped|fall|fell|rise|rose|jump|jumped|changed"
        r"|verlauf|letzten?|werte|zeige?|kurve|historique|derni[eè]res?|valeurs|montre|courbe|trace|historial|últimos?|valores|muestra|gráfic[oa]|warum|pourquoi|por qué"
    ),
}

QUESTION = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay|well|hm+|um)\W+)?(?:what|why|how|when|where|who|which|whose|should|shall|would (?:it|i|that|this|the)|could (?:i|it|we|that|this|the)|can (?:i|it|we|that|the)|may i|did|does|do (?:you|i|we|they)|is|are|was|were|has|have (?:you|i|we|they)"
    r"|am i|will (?:it|that|this|the)|might|explain|describe|tell me (?:what|why|how|about|whether|if)|i wonder|wonder|suppose|imagine|assuming|hypothetically|in theory|say (?:i|we)\b|if (?:i|we|you|one|someone)\b"
    r"|was|wie|warum|wieso|wann|welche\w*|soll(?:te)?|kann ich|könnte|ist|sind|hat|que|qu'|quel(?:le)?s?|pourquoi|comment|est-ce|dois-je|puis-je|faut-il|qué|cómo|cuál\w*|por qué|debería|puedo|está|es)\b",
    re.I,
)
# "set it to 3?" wonders; "set it to 3, ok?" asks nicely
DOUBTS = re.compile(
    r"(?<!\bok)(?<!okay)(?<!please)(?<!\bpls)(?<!\bplz)(?<!\bbitte)(?<!(?:would|could) you)(?<!(?:will) you)(?<!(?:can) you)(?<!for me)(?<!alright)\?\W*$",
    re.I,
)
# a wish put as a thought: it names what is wanted and leaves it to the other to say yes
PROPOSES = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay|well|hm+|um)\W+)?(?:(?:how|what) about|(?:could|can|might|may|shall|should) we (?:try|have|use|go|do|take)|why not|why don't we|let's|maybe|perhaps|what do you say to"
    r"|wie (?:wäre es|wär's|wärs) mit|(?:können|könnten|wollen) wir|vielleicht|(?:et )?pourquoi pas|on pourrait|peut-être|qué tal|podríamos|quizás)\b"
    r"|\b(?:ought to|(?:should|could|must|might|may) (?:rather |really |better )?|had better|needs to|has to) ?(?:be|become|have|go|do)\b|\b(?:sollte|müsste|devrait|debería)\b",
    re.I,
)
# "what if the temperature were 2?": what is wondered about can be tried beside the run
WHAT_IF = re.compile(
    r"\b(?:what if|what (?:would|will|could|might) happen (?:if|with|at|to \w+ (?:if|with|at))|what happens (?:if|with|when)|suppose|imagine|hypothetically|was wäre,?(?: wenn)?|was passiert,? wenn|was würde passieren|et si|que se passe(?:rait)?-t-il si|qué pasa(?:ría)? (?:si|con)|y si)\b",
    re.I,
)
COMPARES = re.compile(
    r"\b(?:compare|contrast|vergleiche?|comparez?|compara)\b(?:[^.;!?]{0,60}\b(?:runs?|branch(?:es)?|simulations?|original|läufe|zweige?n?|simulationen|branches?|ramas?|simulaciones)\b|\W+(?:the |die |les |las )?(?:two|both|them|it|beiden?|deux|dos)\W*$)"
    r"|\b(?:difference|differ|unterschied|différence|diferencia)\b[^.;!?]{0,40}\b(?:runs|branch(?:es)?|original|läufe\w*|zweig\w*|simulations)\b",
    re.I,
)
KEEPING = re.compile(
    r"\bkeeping (?:the |its |this |that )?(?:old |present |current |exact )?state\b|\bwith (?:the |its )?state kept\b",
    re.I,
)
POLITE = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay|well|now|then|hey|hi|hello|please|bitte|s'il te plaît|por favor)\W+)*(?:can|could|would|will|may|might) (?:you|we|u)\b(?! (?:explain|tell|describe)\b)"
    r"|^\W*do you mind\b|^\W*would you mind\b|^\W*how about you\b|^\W*why don't (?:you|we)\b",
    re.I,
)
NEGATION = re.compile(
    r"(?:\bdon'?t|\bdo not|\bnever|\bnot|\bno need to|\bavoid|\bwithout|\bplease no|\bmustn'?t|\bshouldn'?t|\bwon'?t|\bwouldn'?t|\bcan'?t|\bcannot|\brefrain from|\bneither|\bnor|\bnicht|\bkein\w*|\bn'|\bno(?!\s*[,.;:!])|\bsin)\b(?:[ \t]+[\w'-]+){0,4}[ \t]*$",
    re.I,
)
REPORTED = re.compile(
    r"(?<!\bat )\b(?:i|he|she|they|we|it|somebody|someone|who|which|colleague|boss|paper|manual|docs?|documentation|log|email|mail|file|text|article|advisor|supervisor|people|user|agent|script)\W+(?:(?:just|already|then|had|has|have|did|would|could|might|may|also|usually|often|always|once|only|ever|(?:ha[ds]|used) to|d)\W+)*$"
    r"|(?<!can )(?<!could )(?<!will )(?<!would )(?<!that )(?<!suggest )(?<!may )(?<!should )(?<!must )\byou\W+(?:(?:just|already|have|had)\W+)*$",
    re.I,
)
WISHING = re.compile(r"want|need", re.I)
IS_TO_BE = re.compile(STATIVE, re.I)
GUESSING = re.compile(
    r"\b(?:i (?:guess|suppose|assume|believe|bet)|presumably|probably|apparently|surely|i'd say|must have|by now|by then|because|since)\b",
    re.I,
)
WISH = re.compile(
    r"\b(?:i|we)\W+(?:(?:really|just|now|also)\W+)*(?:want|need|would like|'d like|wish|prefer)\W+(?:(?:you|the|a|an|us|it)\W+)?(?:to\W+)?$|\blet (?:it|her|him|this|that|them|(?:the|this) \w+)\W+(?:just\W+|now\W+)?$|\blet(?:'s| us| me)\W+(?:just\W+|now\W+)?$",
    re.I,
)
SAYING = re.compile(
    r"\b(?:typed|types|typing|says?|said|tells?|told|suggests?|suggested|recommends?|recommended|writes?|wrote|claims?|claimed|reads|mentions?|mentioned|asks?|asked|wants? (?:me|us)|advises?|advised|proposes?|proposed)\b",
    re.I,
)
WAITING = re.compile(
    r"\b(?:when|whenever|(?<!at )(?<!all )once(?! more| again)|as soon as|until|unless|after(?! all\b| that\b| this\b| which\b)|before(?!\W*(?:$|[,.;!?]))|at step|in \d+ (?:steps?|minutes?|mins?|seconds?|secs?|s|hours?|h)|every \d+|sobald|wenn|bis|dès que|quand|lorsque|cuando|hasta|en cuanto|each \d+|for (?:the (?:next|first|last) )?\d+ (?:steps?|seconds?|minutes?|hours?)|next (?:week|month|year|time)|(?:on|this|next) (?:mon|tues|wednes|thurs|fri|satur|sun)day|some ?day|eventually|at some point|in the (?:end|long run)|one day|later|tomorrow|tonight)\b",
    re.I,
)
PAST = re.compile(
    r"\b(?:according to|by now|yesterday|last (?:week|night|month|time|year)|\w+ ago|earlier today|this morning|gestern|hier|ayer)\b",
    re.I,
)
SHOW = re.compile(
    r"\W*(?:please )?(?:show|plot|draw|chart|graph|display|give me|list|tell|zeige?|montre[rz]?|affiche[rz]?|muestra|muéstra(?:me|nos)|muestre(?:me)?|describe)\b",
    re.I,
)
WISH_TO_SEE = re.compile(
    r"\b(?:want|like|love|need|wish|curious|interested|can|could|may|let (?:me|us))\b[^.;!?]{0,12}?\b(?:see|look(?:ing)? at|have a look|watch|view|inspect|check|know|hear)\b|\b(?:möchte|will|würde gern|kann)\b[^.;!?]*\bsehen\b|\b(?:voudrais|veux|aimerais|peux) voir\b|\b(?:quiero|quisiera|puedo) ver\b",
    re.I,
)
OF_OTHERS = re.compile(r"\b(?:he|she|they|he['’]s|she['’]s|they['’]re|er|elle|ils|elles|ella|ellos)\b", re.I)
LOOKS_BACK = re.compile(r"^\W*(?:did|is|was|were|has|have|are)\b", re.I)
PRONOUN = re.compile(r"\b(?:it|that|this|es|das|le|la|lo|ça|eso|again|back|once more)\b", re.I)
AGAIN = re.compile(
    r"^\W*(?:and |now |ok |please )*(?:once more|(?:do (?:it|that) |one more time|once )?again|one more time|do (?:it|that) again|same again|noch ?(?:ein)?mal|encore(?: une fois)?|otra vez)(?: please| bitte)?\W*$",
    re.I,
)
YES = re.compile(
    r"^\W*(?:yes|yep|yeah|y|sure|ok|okay|do it|do that|go ahead|please do|confirm(?:ed)?|correct|right|exactly|of course|affirmative|ja|jawohl|mach das|gerne?|oui|d'accord|vas-y|sí|si|claro|dale|hazlo)(?:\W+(?:please|do|do it|do that|go ahead|bitte))*\W*$",
    re.I,
)
NO = re.compile(
    r"^\W*(?:no|nope|nah|n|don'?t|do not|never mind|nevermind|forget it|cancel|leave it|nein|lass es|non|laisse|déjalo)(?:\W+(?:thanks|thank you|please|danke|merci|gracias))*\W*$",
    re.I,
)

STRONG_SET = re.compile(
    r"(?<![\w-])(?:set|change|adjust|increase|decrease|raise|lower|reduce|update|modify|switch|tune|bump|setze?|stelle?|ändere?|erhöhe?|senke?|mets|règle|augmente|baisse|pon|cambia|sube|baja|aumenta)(?![\w-])",
    re.I,
)
POLITE_IF = re.compile(
    r"\bif (?:you(?:'d|'re)?\b(?: (?:please|don't mind|like|can|could|would|will))?|possible|(?:it|that)(?:(?:'s| is) not|\s?isn't|'s no|\s?wouldn't be) (?:too much |a |too )?(?:trouble|problem|bother|difficult|hard)|it'?s (?:ok|okay|possible|fine)|that'?s (?:ok|okay|possible|fine))",
    re.I,
)
HYPOTHETICAL = re.compile(
    r"\b(?:what if|what (?:would|will|could) happen|suppose|imagine|hypothetically|would it|should i|should we|shall i|could i|can i|may i|do you think|(?:want|need|like|love|curious) to (?:know|understand|learn|find out|ask|hear|tell|explain|see (?:what|how|whether|if))|for (?:example|instance|reference|comparison|info(?:rmation)?|the record)|fyi|e\.g|(?:you|one|we|i)(?: would|'d) have to|is it (?:ok|okay|safe|possible|wise)|how (?:do|can|could|would|should) (?:i|we|one)|was wäre|soll ich|kann ich|et si|dois-je|puis-je|qué pasaría|debería|puedo)\b",
    re.I,
)
# "they used 400 nodes and a frequency of 35 Hz": what was done elsewhere is no order
NARRATIVE = re.compile(
    r"\b(?:they|he|she|it|we|i|paper|authors?|colleagues?|others|students?)\W+(?:\w+ly\W+|all\W+|once\W+|always\W+)?(?:used|ran|chose|took|had|tried|picked|kept|reported|assumed)\b",
    re.I,
)

QUESTION = beside(QUESTION, neighbours.QUESTION)
POLITE = beside(POLITE, neighbours.POLITE)
NEGATION = beside(NEGATION, neighbours.NEGATION)
REPORTED = beside(REPORTED, neighbours.REPORTED)
NARRATIVE = beside(NARRATIVE, neighbours.NARRATIVE)
INSTEAD = re.compile(r"\b(?:rather than|instead of|statt|au lieu de|en vez de)\s+(?:to\s+)?$", re.I)
NEGATION_AFTER = re.compile(neighbours.NEGATION_AFTER, re.I)
SAYING, PAST = among(SAYING, neighbours.SAYING), among(PAST, neighbours.PAST)
HYPOTHETICAL, WAITING = among(HYPOTHETICAL, neighbours.HYPOTHETICAL), among(WAITING, neighbours.WAITING)
STRONG_SET = among(STRONG_SET, neighbours.STRONG_SET)
YES = beside(YES, rf"^\W*(?:{neighbours.YES})\W*$")
NO = beside(NO, rf"^\W*(?:{neighbours.NO})\W*$")


def _all(forms: dict[str, str], more: dict[str, str], ending: str) -> dict[str, re.Pattern[str]]:
    each = {name: "|".join(filter(None, (own, more.get(name)))) for name, own in forms.items()}
    return {name: re.compile(rf"(?<![\w-])(?:{either}){ending}", re.I) for name, either in each.items()}


ACTIONS = _all(_FORMS, neighbours.FORMS, r"(?![\w-])")
TOPICS = _all(_TOPICS, neighbours.TOPICS, "")
_GROUP = re.compile(r"\((?:[^()]|\([^()]*\))*\)")  # with one more inside: words in a group are no verbs by themselves
_NOT_BEFORE = re.compile(r"\(\?<![^()]*\)")  # "the pause" is no order, and "pause" a verb all the same
_LONG_VERBS = {
    word: name
    for name, forms in _FORMS.items()
    for word in _GROUP.sub("(", _NOT_BEFORE.sub("", forms)).split("|")
    if re.fullmatch(r"[a-zà-ü]{5,}", word)
}

# of verbs so short only two letters swapped count: "stpo", "trun"
_SHORT_VERBS = {
    "stop": "stop_simulation",
    "undo": "undo",
    "hold": "pause_simulation",
    "halt": "pause_simulation",
    "turn": "set_parameter",
    "make": "set_parameter",
}


_NO_SLIPS = frozenset(
    ["terminal", "terminals", "chance", "house", "pulse", "cause", "clause", "render", "mover", "setter", "usher"]
)


def misspelt_action(word: str) -> str | None:
    """The action that a misspelt order means: one letter missing, doubled, added, or two swapped ("puase", "resme").

    A replaced letter does not count, for it makes another word ("cause"); neither does an ending that makes a report
    of an order ("paused", "pauses", "pausing").
    """
    word = word.lower()
    if word in _NO_SLIPS:
        return None
    if len(word) == 4 and not _known(word):
        return next((name for verb, name in _SHORT_VERBS.items() if one_slip(word, verb)), None)
    if len(word) < 4 or word in _LONG_VERBS or _known(word) or re.search(r"(?:ed|d|s|ing|er|n)$", word):
        return None
    return next((name for verb, name in _LONG_VERBS.items() if one_slip(word, verb)), None)


def _known(word: str) -> bool:
    """Whether a word is an order as it stands: "stop" is no slip of "stopp"."""
    return any(pattern.fullmatch(word) for pattern in ACTIONS.values())
