"""Rules, issue, signature, PDF, status list and verification of certificates."""
