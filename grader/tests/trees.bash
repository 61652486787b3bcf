# shellcheck shell=bash
# shellcheck disable=SC2034 # TREE, OUT and RESULTS are for who sources it
# What the tests of the grader do with trees: make one, grade it, read what came
# of it. Source it with ROOT set and in ROOT.

# Makes build/tests/NAME, a copy of tree $2 (solutions, labs) or of its labs $3...
# only. Sets TREE to its path and OUT to where grade will put its results.
make_tree() {
  local name=$1 from=$2 lab sum
  TREE=$ROOT/build/tests/$name
  sum=$(cksum <<<"$TREE")
  OUT=${TREE##*/}
  OUT=$ROOT/build/${OUT:0:60}-${sum%% *}
  drop_tree
  mkdir -p "$TREE" || return
  shift 2
  if (($# == 0)); then
    cp -R "$from/." "$TREE"
    return
  fi
  cp "$from"/*.h "$TREE" || return
  for lab; do
    cp -R "$from/$lab" "$TREE" || return
  done
}

# Removes the tree and what its grading has left.
drop_tree() {
  # A hostile program may have made folders that nobody may enter.
  chmod -R u+rwX "$TREE" "$OUT" 2>/dev/null
  rm -rf "${TREE:?}" "${OUT:?}"
}

# Grades TREE, with these words besides: its report is in $OUT.report, and
# RESULTS holds a line a check (see results.awk). Returns the status of grade.
grade_tree() {
  local status=0
  grader/grade WORK="$TREE" "$@" >"$TREE.report" 2>&1 </dev/null || status=$?
  RESULTS=()
  [[ -f $OUT/results.json ]] && mapfile -t RESULTS < <(awk -f grader/tests/results.awk "$OUT/results.json")
  return "$status"
}

# Sets OPTIONAL[LAB NUMBER] for each stretch check that a reference does not pass:
# some right program does, and says so in its head (`Stretch: NUMBER...`); of lab $1,
# or of all where that is empty.
find_optional() {
  local line lab number
  declare -gA OPTIONAL=()
  while IFS= read -r line; do
    lab=${line#grader/tests/right/} lab=${lab%%/*}
    for number in ${line#*:Stretch:}; do
      OPTIONAL["$lab $number"]=1
    done
  done < <(grep -sHE '^Stretch: [0-9 ]+$' grader/tests/right/"$1"*/*.patch)
}
