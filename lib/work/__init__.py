"""Use cases: what needs data, storage and sign-in together."""
