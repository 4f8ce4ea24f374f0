"""The folder of jupyter-cache, which myst-nb and jupyter-book read, too."""
