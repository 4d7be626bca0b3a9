"""Certificates: rules, Open Badges 3.0 credentials with their PDF, the issuer's register, verification.

Two zones meet here and share no secret. The issuer's side (``issue``, ``revoke``, ``register``, ``issuer``)
reads the certificate key; ``verify`` reads only what the issuer has published. Nothing asks the network.
"""
