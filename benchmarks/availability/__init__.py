"""How long it takes from what calendars answer to what the service answers.

``make bench`` runs it; ``pool`` makes up people and vendors' answers, ``gates`` holds the engine to
two others before anything is timed, ``product`` is the way through the service that is timed,
``measuring`` times it, and ``table`` says what came of it.
"""
