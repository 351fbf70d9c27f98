"""What a customer's words mean: language, words, vectors, intent, and the amounts, times and names in them.

Pure and in-process: no database, no network, no Django. Its door is `understand.understand` (one question
to one `Understanding`), `slots.read_slots` (what a text names), `segment.words` (for search),
`detect.language_of`. The trained part is `head.npz`, rebuilt from `examples/` by `./kefu train`.
Neighbours: core below, assistant, knowledge and cli above. Emergency words are not here; `assistant` owns
them.
"""
