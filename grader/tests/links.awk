# Lists the anchors and the links of Markdown files, for grader/tests/lint, which
# runs it with lib/anchors.awk:
#
#   anchor <tab> FILE <tab> NAME           a heading, as GitHub names it
#   link <tab> FILE <tab> LINE <tab> TARGET
#
# Run it with LC_ALL=C: characters beyond ASCII are handled as bytes.

FNR == 1 {
  fence = ""
}

/^[ \t]*(```|~~~)/ {
  mark = $0
  sub(/^[ \t]*/, "", mark)
  mark = substr(mark, 1, 3)
  if (fence == "")
    fence = mark
  else if (fence == mark)
    fence = ""
  next
}

fence != "" {
  next
}

/^#+[ \t]/ {
  print_anchor(anchor_of($0))
}

{
  print_links(without_code($0))
}

function print_anchor(name, again) {
  again = seen[FILENAME, name]++
  printf "anchor\t%s\t%s\n", FILENAME, again ? name "-" again : name
}

# text without its code spans.
function without_code(text) {
  gsub(/``[^`]*(`[^`]+)*``/, "", text)
  gsub(/`[^`]*`/, "", text)
  return text
}

function print_links(text, target) {
  if (text ~ /^ ? ? ?\[[^]]+\]:[ \t]/) {
    target = text
    sub(/^[^]]*\]:[ \t]+/, "", target)
    print_link(target)
    return
  }
  while (match(text, /\]\(<?[^()]*(\([^()]*\)[^()]*)*\)/)) {
    print_link(substr(text, RSTART + 2, RLENGTH - 3))
    text = substr(text, 1, RSTART - 1) " " substr(text, RSTART + RLENGTH)
  }
  while (match(text, /(src|href)="[^"]*"/)) {
    target = substr(text, RSTART, RLENGTH - 1)
    sub(/^[a-z]*="/, "", target)
    print_link(target)
    text = substr(text, RSTART + RLENGTH)
  }
}

function print_link(target) {
  sub(/[ \t]+["'(].*$/, "", target)
  gsub(/^<|>$/, "", target)
  printf "link\t%s\t%d\t%s\n", FILENAME, FNR, target
}
