# shellcheck shell=bash
# The vocabulary of the checks, loaded by each grader/NN-name.bats:
#
#   play <<'END' … END   holds a conversation with the program (the words are in
#                        grader/tools/play.c); the check fails where it goes
#                        another way
#   needs 2 5            leaves the check out where check 2 or 5 has failed
#
# The grader sets LAB BUILD REFERENCE TOOLS LOGS SEED VERBOSE, and CHECK when it
# runs one check alone. Every line here that bats can see costs 0.3 ms, so the
# work is done in functions behind `set +T`.

export CHECK=${CHECK:-${BATS_TEST_NUMBER:-}}

# Plays the script on standard input. Passes, fails, or skips with the reason.
play() {
  local -
  set +T
  play_script
}

# What play does, out of sight of bats' trap.
play_script() {
  local said status=0
  said=$("$TOOLS/play") || status=$?
  case $status in
    0) return 0 ;;
    77) skip "environment: ${said%%$'\n'*}" ;;
    78)
      : >"$LOGS/$CHECK.failed"
      skip "blocked: ${said%%$'\n'*}"
      ;;
    1) ;;
    *)
      printf 'cause: GRADER\nsentence: %s\n' "play, a tool of the grader, ended with status $status: ${said%%$'\n'*}" \
        >"$LOGS/$CHECK.verdict"
      ;;
  esac
  printf '%s\n' "$said"
  return 1
}

# Skips the check unless every check named by its number has passed, or was not
# tried in this run.
needs() {
  local -
  set +T
  needs_checks "$@"
}

# What needs does, out of sight of bats' trap.
needs_checks() {
  local number
  for number; do
    if [[ -e $LOGS/$number.failed ]]; then
      : >"$LOGS/$CHECK.failed"
      skip "blocked: check $number has to pass first"
    fi
  done
}

# Remembers for `needs` that the check has failed.
teardown() {
  [[ ${BATS_TEST_COMPLETED:-} ]] || : >"$LOGS/$CHECK.failed"
}
