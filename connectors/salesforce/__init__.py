"""A Salesforce org, by simple-salesforce for the requests and joserfc for the sign-in.

simple-salesforce is used in direct mode only (an access token and an address given to it): left to
itself it signs in again without end when a token is refused, forgets headers when it repeats a
call, sends the expiry of its assertion as text, has no time-outs, and takes naive times for local
ones. It insists on https and drops the path of an address, so it is told an address that does not
exist and ``connectors.transport`` leads it to the org's real one.

* ``tokens``: signs in, once for all processes.
* ``wire``: calls and queries; a refused token is replaced once.
* ``answers``: which of Salesforce's refusals is which error of ours.
* ``statements``: SOQL with values put in.
* ``descriptions``: the org's objects and fields, remembered for some minutes.
* ``organization``: the org's clock, fiscal year and weeks; ``rights``: who sees which fields.
* ``records``, ``busy``, ``bookings``: what is read and written; ``crm``: the door.
"""

from __future__ import annotations

from connectors.salesforce.crm import SalesforceCrm

__all__ = ["SalesforceCrm"]
