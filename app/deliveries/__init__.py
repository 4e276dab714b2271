"""Deliveries: every target of a booking is brought to look like the booking.

A delivery is a wish, not an event: *make this target look like this booking at its present
revision*. Its handler reads the booking as it is now, compares, and creates or updates; so
running it twice, late or out of order is harmless.

* ``targets``: which targets a booking has, and which of them wait for another; pure.
* ``handlers``: one function a target: look, then write.
* ``failures``: what a failed attempt means; pure.
* ``convergence``: claims a delivery, runs its handler without a transaction open, writes down
  what came of it, and decides when to try again.
* ``outcomes``: writes down what came of an attempt, and sees to what follows from it.
* ``attention``: what people do about deliveries that need them.
* ``sweeping``: takes up what a dead worker left.
"""
