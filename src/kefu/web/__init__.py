"""The pages, cut by audience: `help` (public), `customer`, `shop` (merchants), `console` (agents), `office` (operator).

Owns no data. A view parses, makes one domain call and renders; every write goes through another room's
`actions`, every read through its `queries`. Signed-in state becomes `request.actor` in `sessions`, refusals
become pages, fragments or JSON in `refusals`. Components are includes in `templates/parts`, colours and sizes
live in `static/kefu/tokens.css`.
"""
