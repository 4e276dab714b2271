"""Mail by SMTP: notices, and invitations where no calendar can invite (iMIP, RFC 6047).

* ``mailer``: the message and the conversation with the server.
* ``invitations``: the iCalendar text inside.
* ``words``: what text and addresses may carry.
"""

from __future__ import annotations

from connectors.mail.mailer import SmtpMailer

__all__ = ["SmtpMailer"]
