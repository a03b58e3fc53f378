"""Run the command line: `python -m planning`."""

import sys

from planning.cli import main

sys.exit(main())
