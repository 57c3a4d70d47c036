"""`python -m nestor`: the same as the installed command."""

from nestor.faces.cli import main

if __name__ == "__main__":
    main()
