# The two commands of a newcomer are `make run` and `make test`.
SHELL := /bin/bash
