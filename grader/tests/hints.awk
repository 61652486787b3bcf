# Looks for mistakes in the hints of the checks (# Ask: # See: # Read: # Sketch:),
# for grader/tests/lint, which runs it with lib/words.awk and lib/read.awk:
#
#     LABS="01-tcp-client ..." awk -f words.awk -f read.awk -f hints.awk LINKS SOURCE...
#
# LINKS is what links.awk says of the handouts; the SOURCEs are the references.

BEGIN {
    FS = "\t"
    root = "."
}

FNR == 1 {
    source_number++
    answer = 0
}

source_number == 1 {
    if ($1 == "anchor")
        anchors[$2, $3] = 1
    next
}

# A reference: the lines of its answers, those between a TODO's comment and its
# END, that are long enough to give something away.

/^ *\/\* TODO [0-9]+: / {
    answer = "next"
}

/^ *\*\/$/ && answer == "next" {
    answer = "here"
    next
}

/^ *\/\* END TODO / {
    answer = ""
}

answer == "here" {
    line = dense($0)
    if (length(line) >= 12 && line !~ /^\/?\*/) {
        split(FILENAME, path, "/")
        i = ++line_count[path[2]]
        answer_line[path[2], i] = line
        answer_place[path[2], i] = FILENAME ":" FNR
    }
}

END {
    n = split(ENVIRON["LABS"], labs, " ")
    for (l = 1; l <= n; l++) {
        read_checks(labs[l])
        for (i = 1; i <= check_count[labs[l]]; i++)
            look_at(labs[l], i)
    }
}

function say(lab, n, what) {
    print "grader/" lab ".bats: check " n ": " what
}

function dense(text) {
    gsub(/[ \t]/, "", text)
    return text
}

# Says what is wrong with the hints of check n.
function look_at(lab, n,    all, i) {
    if (ask[lab, n] == "")
        say(lab, n, "no `# Ask: a question`")
    else if (ask[lab, n] !~ /\?/)
        say(lab, n, "`# Ask:` asks no question")
    if (see[lab, n] == "")
        say(lab, n, "no `# See: page(section), ...`")
    all = split(see[lab, n], words, /, */)
    for (i = 1; i <= all; i++)
        if (words[i] !~ /^[A-Za-z_][A-Za-z0-9_.+-]*\([1-8]\)( [A-Z][A-Z0-9_ ]*)?$/ &&
            words[i] !~ /^RFC [1-9][0-9]*( §[0-9A-Z.]+)?$/)
            say(lab, n, "`# See:` takes name(2), name(2) SECTION or RFC 9112 §2.2, not: " words[i])
    if (read[lab, n] == "")
        say(lab, n, "no `# Read: #heading`")
    all = split(read[lab, n], words, /, */)
    for (i = 1; i <= all; i++)
        look_at_place(lab, n, words[i])
    if (sketch[lab, n] == "")
        say(lab, n, "no `# Sketch: words`")
    all = dense(sketch[lab, n])
    gsub(/\n/, "", all)
    for (i = 1; i <= line_count[lab]; i++)
        if (index(all, answer_line[lab, i]))
            say(lab, n, "`# Sketch:` gives away " answer_place[lab, i])
}

# Says so where `#heading` or `file.md#heading` is not in the handouts.
function look_at_place(lab, n, place,    at, file) {
    at = index(place, "#")
    file = "handouts/" (at > 1 ? substr(place, 1, at - 1) : lab ".md")
    if (!at || !((file, substr(place, at + 1)) in anchors))
        say(lab, n, "`# Read:` takes #heading or file.md#heading, and there is no: " place)
}
