#!/usr/bin/env bats
# The tests of grader/bench: it runs, and leaves nothing. What it measures is no
# test.

bats_require_minimum_version 1.5.0

setup() {
  [[ $(uname) == Linux && ${EPOCHREALTIME-} ]] || skip "needs bash 5 and Linux"
  cd "$BATS_TEST_DIRNAME/../.." || return
  MARK=BENCH_MARK=$BATS_TEST_NUMBER-$$
}

# bench WORD...: a short run.
bench() {
  run --separate-stderr env "$MARK" grader/bench ROUNDS=1 TIME=0.1 SIZE=1 "$@" </dev/null
  # shellcheck disable=SC2154 # run sets it
  printf '%s\n' "$output" "$stderr"
  [[ $stderr != *'left out: '*' is not installed'* ]] || skip "${stderr#*left out: }"
}

# begin: a long run, until a client is at a server: bench, the two, and launch for
# each.
begin() {
  env "$MARK" grader/bench ONLY=services RIVALS=none TIME=60 </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  BENCH=$!
  until (($(list_processes | wc -l) >= 5)); do
    kill -0 "$BENCH"
    sleep 0.1
  done
}

# The processes that a run has started and left.
list_processes() {
  grep -slF "$MARK" /proc/[0-9]*/environ
}

leaves_nothing() {
  local files
  list_processes && return 1
  files=$(find build/bench ! -path build/bench)
  [[ -z $files ]]
}

@test "the file transfer" {
  bench ONLY=transfer
  [ "$status" -eq 0 ]
  [[ $output == *'| file_server, file_client | '[0-9]* ]]
  leaves_nothing
}

@test "the small services" {
  bench ONLY=services
  [ "$status" -eq 0 ]
  [[ $output == *'| greet_server -d 0 | '[1-9]*'| echo_server | '[1-9]*'| udp_server | '[1-9]* ]]
  leaves_nothing
}

@test "memory" {
  bench ONLY=memory RIVALS=none
  [ "$status" -eq 0 ]
  [[ $output == *'| greet_server -d 0 | '[1-9]*'| web_server | '[1-9]* ]]
  leaves_nothing
}

@test "the web server" {
  bench ONLY=web RIVALS=none
  [ "$status" -eq 0 ]
  [[ $output == *'4 KB each'*'| web_server | '[1-9]*'1 MB each'*'| web_server | '[1-9]* ]]
  leaves_nothing
}

@test "what there is not is wrong usage" {
  local word
  for word in ONLY=wep RIVALS=apache ROUNDS=0 TIME=x SIZE=0 LAB=3; do
    run grader/bench "$word"
    [ "$status" -eq 2 ]
  done
}

@test "ended by a signal, it leaves nothing" {
  begin
  kill "$BENCH"
  status=0
  wait "$BENCH" || status=$?
  [ "$status" -eq 143 ]
  leaves_nothing
}

@test "killed, it leaves no process" {
  begin
  kill -KILL "$BENCH"
  while [[ $(list_processes) ]]; do
    sleep 0.1
  done
  find build/bench ! -path build/bench -delete
}
