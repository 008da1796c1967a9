# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# Builds and runs suites for scripts that read this file with `.`, each in its
# own way. $source is the project.
#
#   set_up DIRECTORY WORD ...     # a build as these words for meson describe it
#   run_suites DIRECTORY SUITE ...  # its last line is the sum

set_up() {
  dir=$1
  shift
  if [ -f "$dir/meson-private/coredata.dat" ]; then
    meson setup --reconfigure "$@" "$dir" "$source" && return
    meson setup --wipe "$dir" "$source"
  else
    meson setup "$@" "$dir" "$source"
  fi
}

# Slower than a plain build, and the machine may be busy: STRETCH is for how
# many times longer a test may take.
run_suites() {
  dir=$1
  shift
  suites=
  for suite; do
    suites="$suites --suite $suite"
  done
  rm -f "$dir/meson-logs/testlog.json"
  meson compile -C "$dir" || return
  status=0
  # shellcheck disable=SC2086 # a word each
  meson test -C "$dir" --no-rebuild --print-errorlogs -t "${STRETCH:-2}" \
    ${WRAPPER:+--wrapper "$WRAPPER"} $suites || status=$?
  python3 "$source/tests/count.py" "$dir/meson-logs/testlog.json" || return
  return "$status"
}
