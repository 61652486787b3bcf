# Lists the anchors and the links of Markdown files, for grader/tests/lint:
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
  text = $0
  sub(/^#+[ \t]+/, "", text)
  sub(/[ \t]+#*[ \t]*$/, "", text)
  print_anchor(slug(plain(text)))
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

# The text of a heading without links and tags; code keeps its text.
function plain(text, parts, count, i, result, part, shown) {
  count = split(text, parts, "`")
  for (i = 1; i <= count; i++) {
    part = parts[i]
    if (i % 2) {
      gsub(/<[^>]*>/, "", part)
      while (match(part, /!?\[[^]]*\]\([^)]*\)/)) {
        shown = substr(part, RSTART, RLENGTH)
        sub(/^!?\[/, "", shown)
        sub(/\]\([^)]*\)$/, "", shown)
        part = substr(part, 1, RSTART - 1) shown substr(part, RSTART + RLENGTH)
      }
    }
    result = result part
  }
  return result
}

# The anchor that GitHub makes of a heading's text: lower case, no punctuation,
# a hyphen for each space.
function slug(text) {
  text = tolower(text)
  gsub(/\342[\200\201\206]./, "", text) # dashes, quotes, ellipsis, arrows
  gsub(/\302[\240-\277]/, "", text)     # section sign, middle dot, guillemets
  gsub(/[!-,.\/:-@\[-^`{-~]/, "", text) # ASCII but for - and _
  gsub(/ /, "-", text)
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
