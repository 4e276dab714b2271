"""What the service remembers: PostgreSQL, and nothing else.

* ``database``: connections, and transactions that belong to one org.
* ``tables``: the tables and their constraints.
* ``orgs``, ``booking_types``, ``bookings``, ``deliveries``: the queries, each with a name.

Every table's key starts with the org, every query names it, and row-level security forces it:
without an org set for the transaction, no row is visible.
"""
