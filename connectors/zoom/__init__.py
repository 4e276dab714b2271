"""Zoom meetings, by zoomus for the requests and authlib for the tokens.

zoomus knows Zoom's addresses and bodies, and is used for that alone. What it leaves out is done
here: it turns an aware start into a wrong one, sends the ids of the path in the body as well and
does not escape them, never learns that a token was refused or is over, fetches a token for every
object, and has no per-user OAuth.

* ``conferencing``: the meetings; zoomus's component with our session under it.
* ``tokens``: fetched once for all processes, replaced when over or refused.
* ``answers``: which of Zoom's answers is which error of ours.
"""

from __future__ import annotations

from connectors.zoom.conferencing import ZoomConferencing

__all__ = ["ZoomConferencing"]
