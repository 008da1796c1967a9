# SPDX-License-Identifier: LGPL-2.1-or-later
"""OAK cameras that run on their own: what oak-standalone does, as modules."""
