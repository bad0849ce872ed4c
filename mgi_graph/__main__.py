"""Runs the command line as `python -m mgi_graph`."""

from mgi_graph.cli import main

if __name__ == "__main__":
    main()
