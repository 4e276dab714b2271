"""The pure core of hot handover: which booking types, which times, and why not.

Nothing in this package reads a clock, a file, a database or the network. It is asked one
question with everything it needs in it, and gives one answer; showing times and booking a
time are the same question, so they cannot disagree.

Words (one word per thing, here and everywhere else):

* **Booking type**: the configured kind of meeting, bound to one Salesforce object.
* **Record filter**: what a record must satisfy for a booking type to be offered.
* **Host**: the Salesforce user for whom the meeting is booked; **co-host**: a further one who
  must attend as well.
* **booked_by** (shown as *Organizer*): who books on behalf of the host.
* **Guest**: a person from outside who is invited.
* **Slot**: a span of time that can be booked; **busy interval**: a span that is taken.
* **Working hours**: weekly wall-clock hours in one IANA time zone.
* **Buffer before / after**, **minimum notice**, **booking window**, **increment**: the limits.

Where to look:

* ``model``: the types above, frozen and slotted.
* ``filters``: which booking types a record is offered, and for each refused one which clause
  failed; Salesforce's operators, relative dates and filter logic.
* ``definition_faults``: what is wrong with a booking type's definition.
* ``forms``: what is entered in a booking form.
* ``hosts``: who may be the host, and who of those is picked; ``salesforce_ids`` brings ids into
  the one form that can be compared.
* ``availability``: when they can meet, and for every other time why not; ``answers`` has the
  types of its questions and answers. ``board`` works out one person's times, ``layers`` why not
  the others, ``sheet`` puts people together; ``person_rules`` says which limits are whose.
* ``working_days``: which hours begin on a date; ``hours_bits`` and ``start_grid`` make cells of
  them and of the grid.
* ``local_time``, ``intervals``, ``bits``: the arithmetic of time underneath.
* ``errors``: what can be wrong with a question.
"""
