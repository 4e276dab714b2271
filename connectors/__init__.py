"""The outside world behind a few small doors.

``protocols`` says what the service may ask of a customer relationship system, a calendar, a
conferencing platform and a mailer, and which types cross those doors. One module per vendor
(``salesforce``, ``google``, ``microsoft``, ``zoom``, ``mail``) answers, each over the vendor's
own library; no module knows another vendor's. ``transport`` is the one way onto the network,
``errors`` the one taxonomy of what goes wrong there.

Reads retry by themselves; writes never do: only the caller knows how to look before it tries
again. ``sandbox`` is the stand-in organisation, a server of its own.
"""
