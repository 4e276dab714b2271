"""The endpoints under ``/v1``: what they take, what they answer, and how both are described.

* ``routes``: the operations, each a translation between HTTP and ``BookingService``.
* ``fields``, ``requests``: what is taken, as schemas that read with ``app.inputs``.
* ``answers``: what is answered, as schemas for the OpenAPI document.
* ``bodies``, ``explanations``: what is answered, built; know neither Flask nor
  marshmallow.
* ``wording``, ``failures``: the states of targets in words.
* ``cursors``: where the next page goes on.
* ``examples``: one of everything, for the document.
* ``openapi``: the document's finish.
* ``door``: what the operations need of the process.
"""
