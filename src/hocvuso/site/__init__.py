"""The learner's site: one service of the hub, with Voila inside.

service      one place that wires the parts and starts the server
identity     who is asking: the hub's word only
kernels      live examples' kernels: each owned by its learner, boxed, counted, ended when idle
live         a notebook as a Voila app; a reloaded page finds its kernel again
shelf        released editions, their pages, and which of them a learner works on
ledger       what the learner has handed in, and what came of it
files            static files
offline      the worker that keeps opened lessons, and the page for when there is no network
web          what every response of ours has: headers, language, friendly errors
pages, answers, certificates, gallery    the handlers
"""
