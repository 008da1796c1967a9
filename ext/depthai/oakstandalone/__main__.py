# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

from oakstandalone import cli

sys.exit(cli.main())
