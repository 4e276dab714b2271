"""The newcomer's demo: a whole organisation on one machine.

* ``world``: who works there, what is on record, which booking types there are.
* ``seeding``: puts that world into the sandbox and into the service's database.
* ``running``: starts and stops the processes.
* ``walkthrough``: performs whole handovers over public HTTP and reads every target back.
"""
