"""Which lines and branches the tests run: the gate, and the page that names the gaps."""
