"""What stands in people's calendars, put into the sandbox: made up, or brought along as ``.ics``.

* ``entries``: an entry of a calendar, whichever vendor keeps it.
* ``splitting``: the text of an ``.ics`` file as its components, each with its line.
* ``reading``: an ``.ics`` file as entries, and what of it could not be read.
* ``folder``: a folder of them, one for each host.
* ``vendors``: an entry as Google's and Microsoft's seeds have it.
"""
