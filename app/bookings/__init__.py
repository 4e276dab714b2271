"""Bookings: what is offered, when, and the one write that takes the time.

* ``questions``: what is asked and answered, as types.
* ``gathering``: reads what a question needs, in parallel, no transaction open.
* ``service``: ``BookingService``, the one facade; each method gathers, asks the pure core,
  and writes once.
* ``planning``, ``choices``: what a booking is, decided from what was gathered; pure.
* ``explaining``, ``explanations``: why a type, a time or a host is not there, and the answer's types.
* ``viewing``: bookings with everything around them, and who may see them.
* ``writing``: the transaction that books.
"""
