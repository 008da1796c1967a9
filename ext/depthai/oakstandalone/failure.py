# SPDX-License-Identifier: LGPL-2.1-or-later
"""How a command ends that has not done what it was told to."""

# Exit codes. argparse ends with 2 by itself.
FAILED = 1                      # said by the camera, the network or a file
USAGE = 2                       # options that make no sense together
NO_CAMERA = 3                   # none answers, or several and none was named
NO_DEPTHAI = 4                  # the vendor's library is needed, and not there
REFUSED = 5                     # the user said no; nothing was written
UNFINISHED = 6                  # a write was begun and not finished
INTERRUPTED = 130               # Ctrl-C, and nothing was written


class Failure(Exception):
    """A message for the user that says what to do, and the exit code."""

    def __init__(self, message, code=FAILED):
        super().__init__(message)
        self.code = code
