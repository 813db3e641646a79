"""One module for each command of ``juxian``: ``add(subparsers)`` and ``run(args) -> exit status``."""
