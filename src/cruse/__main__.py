"""Run the command as `python -m cruse`."""

from cruse_cli.main import main

if __name__ == "__main__":
    main()
