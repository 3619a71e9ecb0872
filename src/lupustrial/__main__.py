"""``python -m lupustrial`` is the command ``lupustrial``."""

from lupustrial.cli import main

if __name__ == "__main__":
    main()
