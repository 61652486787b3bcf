# How things are said, of a lab for example: a part of report.awk and student.awk.

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

function work_word() {
    return shown == "labs" ? "" : " WORK=" quote(shown)
}

function replay_command(lab, n) {
    return "make replay LAB=" short_name(lab) " CHECK=" n " SEED=" seed work_word()
}

# path as seen from the clone.
function from_root(path) {
    if (substr(path, 1, length(root) + 1) == root "/")
        return substr(path, length(root) + 2)
    return path
}

# Where text ("TODO 1: connect_to") stands in the student's lab: file:line.
function find_todo(lab, text,    i, name, file, line, number) {
    if ((lab, text) in todo_found)
        return todo_found[lab, text]
    todo_found[lab, text] = shown "/" lab
    for (i = 1; i <= program_count[lab]; i++) {
        name = program[lab, i]
        if (build[lab, name] != "built")
            continue
        file = source[lab, name]
        if (substr(file, 1, 1) != "/")
            file = root "/" file
        number = 0
        while ((getline line < file) > 0) {
            number++
            if (index(line, text) && line !~ /"/) {
                todo_found[lab, text] = source[lab, name] ":" number
                break
            }
        }
        close(file)
    }
    return todo_found[lab, text]
}

# What is missing for check n, and where.
function todo_place(lab, n) {
    return todo_words(todo[lab, n]) " in " find_todo(lab, todo[lab, n])
}

# "TODO 1: connect_to" as it is spoken of: TODO 1 connect_to.
function todo_words(text) {
    sub(/:/, "", text)
    return text
}

# A line of the scoreboard.
function print_score(name, done, all, score, most, extra, note,
    full, empty, filled, i, bar, tone, line) {
    full = ENVIRON["UTF8"] ? "█" : "#"
    empty = ENVIRON["UTF8"] ? "░" : "."
    filled = most ? int(20 * score / most) : 0
    bar = ""
    for (i = 1; i <= 20; i++)
        bar = bar (i <= filled ? full : empty)
    tone = score == most ? green : score ? yellow : red
    line = sprintf("%-20s %s%s%s %7s %9s %-4s %s", name, tone, bar, plain, done "/" all,
        score "/" most, (extra ? "+" extra : ""), note)
    sub(/ +$/, "", line)
    print line
}

# The first thing to know about a lab.
function remark(lab,    n, i, name) {
    if (status[lab] != "graded")
        return status[lab] == "timeout" ? "stopped after " ENVIRON["LIMIT"] " s" : status[lab]
    for (i = 1; i <= program_count[lab]; i++) {
        name = program[lab, i]
        if (build[lab, name] != "built")
            return build[lab, name] == "missing" ? "no " name ".c" : name " does not compile"
    }
    for (n = 1; n <= check_count[lab]; n++)
        if (verdict[lab, n] == "fail" && !stretch[lab, n])
            return cause[lab, n] == "NOT_WRITTEN" ? todo_words(todo[lab, n]) : "see check " n
    if (left_out[lab])
        return plural(left_out[lab], "point") " left out"
    return short[lab] ? "blocked" : ""
}

# The first thing to do about a lab that does not have all its points.
function next_step(lab,    i, n, name) {
    if (status[lab] == "void" || status[lab] == "incomplete")
        return "grade it again"
    for (i = 1; i <= program_count[lab]; i++) {
        name = program[lab, i]
        if (build[lab, name] == "failed" || build[lab, name] == "timeout")
            return "make " name " compile"
    }
    for (n = 1; n <= check_count[lab]; n++) {
        if (stretch[lab, n] || verdict[lab, n] != "fail")
            continue
        if (cause[lab, n] == "NOT_WRITTEN")
            return todo_place(lab, n)
        return "check " n ", explained above"
    }
    return "write what is missing"
}
