"""The service: what organizers, Flows and the worker run."""
