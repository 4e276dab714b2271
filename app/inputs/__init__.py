"""What people and programs send us, read strictly: refused in words, never guessed at.

Every function takes one value as it came and gives it back in the one form in which the rest of
the service knows it, or raises ``InvalidRequestError`` with the field at fault. Nothing here
knows HTTP.

* ``json_objects``: a request's body.
* ``texts``: single lines and paragraphs.
* ``emails``: guests' addresses.
* ``zones``: IANA time zones.
* ``instants``: points, spans and weeks of time.
* ``numbers``: durations and counts.

One module is lenient, because nobody is there to correct what it reads:

* ``cleaning``: guests and texts from Salesforce records.
"""
