"""The stand-in organisation: Salesforce, Google, Microsoft, Zoom and a mail sink in one process.

It speaks the vendors' own wire formats and refuses what they refuse, so the service cannot
tell: the same connectors reach it by other base addresses. It is the newcomer's demo, the
connectors' test peer and the end-to-end world at once. ``docs/fidelity.md`` says what it cannot
prove.

* ``world``: what the vendors share: the clock, the mail, the faults ordered for the next calls,
  the log of requests.
* one module or folder per vendor, each with its state, its routes and its ``seed``.
* ``control``: the door for tests and the demo (``/control/…``); ``client`` calls it.
* ``server``: puts them together and listens.
"""
