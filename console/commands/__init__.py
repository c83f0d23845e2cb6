"""The command line: one module per subject, each with the part of the Typer application that `main.py` puts together."""
