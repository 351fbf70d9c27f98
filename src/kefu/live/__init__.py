"""The event stream: what happened, told to open pages by server-sent events. No Django, core's pass alone.

Door: `app:app` (ASGI). It reads the outbox by position and knows nothing of what events mean, but for those
that end a sitting.
"""
