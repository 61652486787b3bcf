# How things are said: a part of what report.awk and others of our awk programs are
# made of.

function trim(text) {
    sub(/^[ \t]+/, "", text)
    sub(/[ \t]+$/, "", text)
    return text
}

# The characters in text, where length() counts bytes.
function letters(text) {
    gsub(/[\200-\277]/, "", text)
    return length(text)
}

# Prints text in lines of at most `width`, each indented; the first line has
# `first` before it instead.
function wrap(first, indent, text,    words, n, i, line, used) {
    n = split(text, words, " ")
    line = first
    used = 0
    for (i = 1; i <= n; i++) {
        if (used && letters(line) + 1 + letters(words[i]) > width) {
            print line
            line = indent
            used = 0
        }
        line = line (used ? " " : "") words[i]
        used = 1
    }
    print line
}

function plural(n, word) {
    return n " " word (n == 1 ? "" : "s")
}

# text in single quotes where a shell would take it for more than one word.
function quote(text,    parts, n, i, all) {
    if (text ~ /^[A-Za-z0-9_.\/+,:@%-]+$/)
        return text
    n = split(text, parts, "'")
    all = parts[1]
    for (i = 2; i <= n; i++)
        all = all "'\\''" parts[i]
    return "'" all "'"
}

function short_name(lab) {
    return substr(lab, 1, 2)
}
