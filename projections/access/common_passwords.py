"""Passwords that everybody tries: made of the words, runs and repetitions that lists of leaked passwords are full of.

NIST SP 800-63B-4, section 3.1.1.2: passwords are compared with a list of those commonly used, expected or compromised.
Of 15 characters and more such lists hold little but joins of the shorter ones, so the joins are looked for themselves.
"""

from __future__ import annotations

import re

# What the lists of the most used passwords have in common, in several languages, and the names of this program.
_WORDS = """
123456 password passwort motdepasse contrasena senha wachtwoord haslo parola passphrase passcode pass pwd secret
geheim admin administrator administrateur root user username utilisateur guest test testing tester demo default
changeme change login logon access master super superuser system server service public private internal temp
temporary welcome willkommen bienvenue bienvenido benvenuto hello hallo bonjour hola letmein letme please trust
trustno trustnoone iloveyou loveyou jetaime teamo love lovely lover forever qwerty qwertz azerty dvorak abc abcd
asdf zxcv dragon monkey football baseball basketball hockey soccer tennis superman batman spiderman starwars pokemon
princess prince king queen angel devil ninja samurai hunter killer shadow sunshine moonlight rainbow summer winter
spring autumn soleil doudou chouchou loulou marseille paris london berlin madrid france germany deutschland espana
italia england america canada liverpool arsenal chelsea juventus barcelona realmadrid michael michelle jennifer
jessica ashley amanda daniel david robert thomas nicolas nicole charlie george andrew anthony matthew joshua jordan
justin william maggie ginger pepper cookie chocolate banana orange apple cheese coffee computer internet google
facebook instagram twitter linkedin microsoft windows linux android iphone samsung sony playstation nintendo xbox
minecraft fortnite mustang ferrari porsche mercedes corvette harley yamaha freedom liberty whatever nothing
something anything everything nobody somebody blabla blah matrix phoenix diamond silver golden gold money dollar
euro bitcoin lucky fortune jesus christ heaven bless family mother father brother sister baby babygirl babyboy daddy
mommy maman papa flower butterfly tiger lion eagle wolf bear horse dog cat kitty puppy fish bird panther buster
tigger snoopy garfield mickey donald scooby pussy fuck fuckyou fucking asshole bitch sexy shit merde putain carnet
order orders commande shop store shopping boutique merchant customer client company office business work team
manager operator auditor postgres database january february march april june july august september october november
december monday tuesday wednesday thursday friday saturday sunday janvier fevrier mars avril juin juillet aout
septembre octobre novembre decembre lundi mardi mercredi jeudi vendredi samedi dimanche the and you my me mon ma is
one two three four five six seven eight nine ten
"""
WORDS = frozenset(_WORDS.split())
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertzuiopasdfghjklyxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "147258369",
)
SHORTEST_RUN = 3
LEAST_OF_ITS_OWN = 6  # characters that are no part of anything common
LEAST_DIFFERENT = 5

_SIGNS = re.compile(r"[^a-z0-9]")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_SPELT = str.maketrans("013457@$!", "oieastasi")
_LONGEST = max(map(len, WORDS))
_TRIPLES = frozenset(
    run[start : start + SHORTEST_RUN]
    for told in RUNS
    for run in (told, told[::-1])
    for start in range(len(run) - SHORTEST_RUN + 1)
)


def is_common(password: str, *names: str) -> bool:
    """Whether a password is made of what everybody tries, of the names told, or of one thing over and over."""
    text = _SIGNS.sub("", password.lower())
    if len(set(password.lower())) < LEAST_DIFFERENT or _repeats(password.lower()):
        return True
    words = WORDS | {name for name in names if len(name) >= SHORTEST_RUN}
    spelt = _SIGNS.sub("", password.lower().translate(_SPELT))
    return min(_own(text, words), _own(spelt, words)) < LEAST_OF_ITS_OWN and password.isascii()


def _repeats(text: str) -> bool:
    """Whether the text is one shorter text over and over."""
    return text in (text + text)[1:-1]


def _own(text: str, words: frozenset[str]) -> int:
    """How many characters at least are no part of a common word, run, repetition or year."""
    longest = max(_LONGEST, *map(len, words))
    least = [0] * (len(text) + 1)
    for end in range(1, len(text) + 1):
        least[end] = least[end - 1] + 1
        for start in range(max(0, end - longest), end):
            if least[start] < least[end] and _is_cheap(text[start:end], words):
                least[end] = least[start]
    return least[-1]


def _is_cheap(piece: str, words: frozenset[str]) -> bool:
    if piece in words or _YEAR.fullmatch(piece):
        return True
    if len(piece) < SHORTEST_RUN:
        return False
    triples = (piece[start : start + SHORTEST_RUN] for start in range(len(piece) - SHORTEST_RUN + 1))
    return all(triple in _TRIPLES or len(set(triple)) == 1 for triple in triples)
