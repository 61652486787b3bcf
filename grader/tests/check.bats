#!/usr/bin/env bats
# The tests of grader/tests/check, on tests that are made for it: a stand-in for
# grader/tests/case does what its argument says.

setup() {
  local tools
  tools=$(cd "$BATS_TEST_DIRNAME/../../build/tools" && pwd) || return
  cd "$BATS_TEST_TMPDIR" || return
  mkdir -p grader/tests build
  ln -s "$tools" build/tools
  cp "$BATS_TEST_DIRNAME/check" grader/tests
  printf 'tools references:\n' >Makefile
  cat >grader/tests/case <<'END'
#!/usr/bin/env bash
case $1 in
  --list) cat list ;;
  good/*) ;;
  talks/*) echo "a word about it" ;;
  bad/*)
    echo "what is wrong"
    exit 1
    ;;
  left-out/*)
    echo "skipped: there is no snow"
    exit 77
    ;;
  crashes/*) kill -SEGV $$ ;;
  hangs/*)
    : >running
    sleep 100 &
    sleep 100
    ;;
esac
END
  chmod +x grader/tests/case
}

# lists NAME...: these are the tests that there are.
lists() {
  printf '%s\n' "$@" >list
}

# ends STATUS LAST-LINE
ends() {
  if [[ $status -ne $1 || ${lines[${#lines[@]} - 1]} != "$2" ]]; then
    printf 'expected status %s, last line: %s\ngot %s:\n%s\n' "$1" "$2" "$status" "$output"
    return 1
  fi
}

@test "all well: status 0" {
  lists good/one good/two talks/three
  run grader/tests/check
  ends 0 '3 passed, 0 failed'
  [[ $output == *'ok good/one'* && $output == *'ok talks/three'*'a word about it'* ]]
  [[ ! -e build/tests ]]
}

@test "one that fails: status 1, its words, and the others go on" {
  lists bad/one good/two crashes/three
  run grader/tests/check
  ends 1 '1 passed, 2 failed'
  [[ $output == *'not ok bad/one'*'what is wrong'* && $output == *'not ok crashes/three'*'status 139'* ]]
}

@test "one that is left out is named with its reason" {
  lists good/one left-out/two
  run grader/tests/check
  ends 0 '1 passed, 0 failed, 1 skipped'
  [[ $output == *'skipped left-out/two: there is no snow'* ]]
}

@test "nothing that passes is no success" {
  lists left-out/one
  run grader/tests/check
  ends 1 '0 passed, 0 failed, 1 skipped'
}

@test "patterns choose" {
  lists good/one good/two bad/one
  run grader/tests/check good/
  ends 0 '2 passed, 0 failed'
  run grader/tests/check good/one bad/one
  ends 1 '1 passed, 1 failed'
  run grader/tests/check three
  [[ $status -eq 2 && $output == *three* ]]
}

@test "tools that cannot be built are a failure" {
  lists good/one
  printf 'tools references:\n\t@echo no compiler; false\n' >Makefile
  run grader/tests/check
  ends 1 '0 passed, 1 failed'
  [[ $output == *'no compiler'* ]]
}

@test "Ctrl-C ends all, and leaves nothing" {
  local group count
  lists hangs/one good/two
  set -m
  CHECK_TEST=$BATS_TEST_TMPDIR grader/tests/check >out 2>&1 </dev/null 3>&- &
  group=$!
  set +m
  for ((count = 0; count < 200; count++)); do
    [[ -e running ]] && break
    sleep 0.05
  done
  [[ -e running ]]
  kill -s INT -- "-$group"
  status=0
  wait "$group" || status=$?
  [[ $status -eq 130 && ! -e build/tests ]]
  grep -q stopped out
  run grep -slF "CHECK_TEST=$BATS_TEST_TMPDIR" /proc/[0-9]*/environ
  [[ -z $output ]]
}
