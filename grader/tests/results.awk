# results.awk: prints the checks in a results.json of grader/grade, a line each:
#
#     LAB NUMBER VERDICT CAUSE STRETCH SEED TODO|TITLE
#
# CAUSE is - where there is none, STRETCH true or false, TODO a number or 0.
# Behind the checks of a lab comes `LAB score POINTS MAX STATUS WARNINGS BUILDS`;
# BUILDS are the states of its programs, with commas between.

# The value in a line `"key": value,` without its quotes.
function value(line) {
  sub(/^ *"[a-z_]*": "?/, "", line)
  sub(/"?,?$/, "", line)
  return line
}

/^      "name": / {
  lab = value($0)
  warnings = 0
  builds = ""
}

/^      "score": / {
  points = $3 + 0
  most = $5 + 0
}

/^      "status": / { status = value($0) }
/^      "seed": / { seed = $2 + 0 }

/^        \{"name": / {
  if (match($0, /"warnings": [0-9]+/))
    warnings += substr($0, RSTART + 12, RLENGTH - 12)
  if (match($0, /"build": "[a-z]+"/))
    builds = builds (builds == "" ? "" : ",") substr($0, RSTART + 10, RLENGTH - 11)
}

/^          "number": / { number = $2 + 0 }
/^          "title": / { title = value($0) }
/^          "stretch": / { stretch = value($0) }
/^          "verdict": / { verdict = value($0) }
/^          "cause": / { cause = value($0) }

/^          "todo": / {
  todo = value($0)
  sub(/^TODO /, "", todo)
}

/^          "log": / {
  print lab, number, verdict, (cause == "" ? "-" : cause), stretch, seed, (todo + 0) "|" title
}

/^      \]$/ || /^      \],$/ {
  if (number != "")
    print lab, "score", points, most, status, warnings, builds
  number = ""
}
