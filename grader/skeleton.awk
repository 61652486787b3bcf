# skeleton.awk: makes a student's skeleton from a reference program.
#
# usage: awk -f skeleton.awk solutions/NN-name/program.c >labs/NN-name/program.c
#
# A part for the student is marked in the reference like this:
#
#     /* TODO 1: connect_to
#      * The instruction, as the student reads it.
#      * | (void)host;
#      * | errx(1, "TODO 1: connect_to is not written yet");
#      */
#     the reference's code
#     /* END TODO 1 */
#
# The skeleton has the comment without its "|" lines, then those lines as code;
# the reference's code is left out. The numbers of a file leave no gap; they are
# the order in which to write the parts, not always the order in the file.
# Marks that are unbalanced, nested, missing or misnumbered: a message with file
# and line on standard error, exit status 1, and nothing on standard output.

# Says what is wrong in the line at hand, and makes the run fail.
function complain(text) {
  printf "%s:%d: %s\n", FILENAME, FNR, text | "cat >&2"
  failed = 1
  exit 1
}

function emit(text) {
  skeleton = skeleton text "\n"
}

# where: "code", "comment" (of a mark) or "answer" (the reference's code).
BEGIN {
  where = "code"
  failed = count = last = 0
}

/^ *\/\* TODO [0-9]+: .*[^ ]$/ {
  if (where != "code")
    complain("TODO inside TODO " number)
  split($0, word, " ")
  number = word[3] + 0
  if (number in line_of)
    complain("TODO " number " is in line " line_of[number] " already")
  line_of[number] = FNR
  count++
  if (count == 1 || number < first)
    first = number
  if (number > last)
    last = number
  name = $0
  sub(/^ *\/\* TODO [0-9]+: /, "", name)
  missing = "\"TODO " number ": " name " is not written yet\""
  indent = $0
  sub(/\/.*/, "", indent)
  stub = ""
  where = "comment"
  emit($0)
  next
}

where == "comment" {
  line = substr($0, length(indent) + 1)
  if (substr($0, 1, length(indent)) != indent || line !~ /^ \*/)
    complain("no line of a comment in the mark of TODO " number)
  if (line ~ /^ \*\//) {
    if (line != " */")
      complain("code behind the comment of TODO " number)
    if (index(stub, missing) == 0)
      complain("the stub of TODO " number " does not say " missing)
    emit($0)
    skeleton = skeleton stub
    where = "answer"
  } else if (line ~ /\*\//)
    complain("the comment of TODO " number " ends inside a line")
  else if (line ~ /^ \* \| /)
    stub = stub indent substr(line, 6) "\n"
  else if (stub != "")
    complain("the stub is not the last part of TODO " number)
  else
    emit($0)
  next
}

/^ *\/\* END TODO [0-9]+ \*\/$/ {
  split($0, word, " ")
  if (where != "answer" || word[4] != number)
    complain("END TODO " word[4] " without its beginning")
  where = "code"
  next
}

/TODO/ {
  complain("a TODO that is no mark")
}

where == "code" {
  emit($0)
}

END {
  if (failed)
    exit 1
  if (where != "code")
    complain("TODO " number " has no end")
  if (count == 0)
    complain("no TODO in this file")
  if (last - first + 1 != count)
    complain("TODO " first " to " last ", but there are " count)
  printf "%s", skeleton
}
