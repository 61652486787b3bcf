# Reads what a run has left and decides what it means: the checks' own files
# (points, requirements, hints), the compiler's words, bats' TAP, the verdicts of
# play, and the handouts. A part of report.awk.

# Text from a file as it may be shown: no control character reaches a terminal.
function clean(text) {
    gsub(/[\001-\010\013-\037\177]/, "", text)
    gsub(/\302[\200-\237]/, "", text)
    return text
}

# text with a question mark for every byte that is not part of valid UTF-8.
function valid_utf8(text,    all, i, size, character) {
    if (text !~ /[\200-\377]/)
        return text
    all = ""
    for (i = 1; i <= length(text); i += size) {
        size = 1
        character = substr(text, i, 1)
        if (character ~ /[\200-\377]/) {
            size = utf8_size(substr(text, i, 4))
            character = size ? substr(text, i, size) : "?"
            size += !size
        }
        all = all character
    }
    return all
}

# How many bytes the UTF-8 character has with which text begins; 0: it is none.
function utf8_size(text) {
    if (text ~ /^[\302-\337][\200-\277]/)
        return 2
    if (text ~ /^(\340[\240-\277]|[\341-\354\356\357][\200-\277]|\355[\200-\237])[\200-\277]/)
        return 3
    if (text ~ /^(\360[\220-\277]|[\361-\363][\200-\277]|\364[\200-\217])[\200-\277][\200-\277]/)
        return 4
    return 0
}

# Reads points, requirements, hints and titles from the lab's file of checks.
function read_checks(lab,    file, line, n, last, words) {
    file = root "/grader/" lab ".bats"
    n = 0
    while ((getline line < file) > 0) {
        if (line ~ /^# Programs: /)
            programs[lab] = substr(line, 13)
        else if (line ~ /^# [0-9]+ (stretch )?points? /) {
            split(line, words, " ")
            points[lab, n + 1] = words[2] + 0
            stretch[lab, n + 1] = words[3] == "stretch"
            requirements[lab, n + 1] = find_requirements(line)
            last = ""
        } else if (line ~ /^# (Try|Hint|Ask|See|Read|Sketch): /) {
            last = substr(line, 3, index(line, ":") - 3)
            add_comment(lab, n + 1, last, substr(line, index(line, ":") + 2))
        } else if (line ~ /^#   / && last != "")
            add_comment(lab, n + 1, last, substr(line, 5))
        else if (line ~ /^@test "/) {
            n++
            sub(/^@test "/, "", line)
            sub(/"[^"]*$/, "", line)
            title[lab, n] = line
            blank_check(lab, n)
            last = ""
        } else
            last = ""
    }
    close(file)
    check_count[lab] = n
}

# Adds text to what the comment `# Word: ...` above check n says.
function add_comment(lab, n, word, text) {
    if (word == "Try")
        try[lab, n, ++try_count[lab, n]] = text
    else if (word == "Sketch")
        sketch[lab, n] = sketch[lab, n] (sketch[lab, n] == "" ? "" : "\n") text
    else if (word == "Hint")
        hint[lab, n] = trim(hint[lab, n] " " text)
    else if (word == "Ask")
        ask[lab, n] = trim(ask[lab, n] " " text)
    else if (word == "See")
        see[lab, n] = trim(see[lab, n] " " text)
    else
        read[lab, n] = trim(read[lab, n] " " text)
}

# Gives every text about a check a value: gawk 5.2.1 crashes when an element that
# has none is passed on from function to function.
function blank_check(lab, n) {
    points[lab, n] += 0
    stretch[lab, n] += 0
    try_count[lab, n] += 0
    requirements[lab, n] = requirements[lab, n] ""
    hint[lab, n] = hint[lab, n] ""
    ask[lab, n] = ask[lab, n] ""
    see[lab, n] = see[lab, n] ""
    read[lab, n] = read[lab, n] ""
    sketch[lab, n] = sketch[lab, n] ""
    verdict[lab, n] = reason[lab, n] = cause[lab, n] = sentence[lab, n] = culprit[lab, n] = ""
    todo[lab, n] = expected[lab, n] = got[lab, n] = mark[lab, n] = bats_lines[lab, n] = ""
}

# The requirement ids (R1.2) in text, separated by blanks.
function find_requirements(text,    found) {
    found = ""
    while (match(text, /R[0-9]+\.[0-9]+/)) {
        found = found (found == "" ? "" : " ") substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
    }
    return found
}

# Reads how each program's build has gone, and what the compiler said.
function read_programs(lab,    names, n, i, name, file, line, count) {
    n = split(programs[lab], names, " ")
    program_count[lab] = n
    for (i = 1; i <= n; i++) {
        name = program[lab, i] = names[i]
        source[lab, name] = shown "/" lab "/" name ".c"
        build[lab, name] = "missing"
        file = out "/" lab "/" name ".state"
        if ((getline line < file) > 0)
            build[lab, name] = line
        close(file)
        file = out "/" lab "/" name ".build"
        build_lines[lab, name] = warnings[lab, name] = 0
        count = 0
        while (++count < 5000 && (getline line < file) > 0) {
            if (count <= 400)
                build_line[lab, name, count] = valid_utf8(clean(substr(line, 1, 400)))
            if (line ~ /: warning: /)
                warnings[lab, name]++
            build_lines[lab, name] = count < 400 ? count : 400
        }
        close(file)
        built[lab] += build[lab, name] == "built"
    }
}

# Reads the lab's TAP: result[], reason[] of skipped checks, bats_lines[] of
# failed ones. void[lab] says why the TAP cannot be believed.
function read_tap(lab,    file, line, ok, number, rest, plan) {
    bats_said[lab] = ""
    plan = -1
    number = 0
    file = logs_of(lab) "/tap"
    while ((getline line < file) > 0) {
        if (line ~ /^1\.\.[0-9]+$/) {
            if (plan >= 0)
                void[lab] = "its results have two heads"
            plan = substr(line, 4) + 0
        } else if (line ~ /^(not )?ok [0-9]/) {
            ok = line ~ /^ok/
            rest = line
            sub(/^(not )?ok /, "", rest)
            number = rest + 0
            sub(/^[0-9]+ ?/, "", rest)
            if (check != "" && number == 1)
                number = check + 0
            if (rest ~ /^(bats-gather-tests|setup_file failed)/)
                bats_said[lab] = "it cannot read the checks"
            else if (!is_result_of(lab, number, rest))
                void[lab] = "there is a result of a check that does not exist: " clean(line)
            else if ((lab, number) in result)
                void[lab] = "check " number " has two results"
            else {
                rest = substr(rest, length(title[lab, number]) + 1)
                if (ok && rest ~ /^ # skip/) {
                    result[lab, number] = "skip"
                    sub(/^ # skip ?/, "", rest)
                    reason[lab, number] = clean(rest)
                } else
                    result[lab, number] = ok ? "pass" : "fail"
            }
        } else if (line ~ /^#/ && number > 0)
            bats_lines[lab, number] = bats_lines[lab, number] clean(line) "\n"
    }
    close(file)
    if (plan >= 0 && plan != (check == "" ? check_count[lab] : 1) && bats_said[lab] == "" &&
        !(lab in void))
        void[lab] = "bats announced " plan " checks, not " check_count[lab]
    if (ended[lab] != "unbuilt") {
        file = logs_of(lab) "/err"
        while ((getline line < file) > 0 && bats_said[lab] == "")
            bats_said[lab] = clean(line)
        close(file)
    }
}

# True when text, of a line of TAP, is the title of that check and perhaps a
# directive.
function is_result_of(lab, number, text,    at) {
    if (!((lab, number) in title))
        return 0
    at = length(title[lab, number])
    return substr(text, 1, at) == title[lab, number] && substr(text, at + 1) ~ /^( # .*)?$/
}

# ---- judging

# Decides verdict[lab, number] of every check, and adds up the lab.
function judge(lab,    n) {
    tried[lab] = passed[lab] = won[lab] = max[lab] = stretch_won[lab] = stretch_max[lab] = 0
    short[lab] = left_out[lab] = missing_results[lab] = 0
    for (n = 1; n <= check_count[lab]; n++) {
        if (check != "" && n != check + 0)
            continue
        judge_check(lab, n)
        tried[lab]++
        if (verdict[lab, n] == "pass")
            passed[lab]++
        if (stretch[lab, n]) {
            stretch_max[lab] += points[lab, n]
            if (verdict[lab, n] == "pass")
                stretch_won[lab] += points[lab, n]
            continue
        }
        if (verdict[lab, n] == "environment") {
            left_out[lab] += points[lab, n]
            continue
        }
        max[lab] += points[lab, n]
        if (verdict[lab, n] == "pass")
            won[lab] += points[lab, n]
        else
            short[lab]++
    }
    status[lab] = "graded"
    if (lab in void) {
        status[lab] = "void"
        won[lab] = stretch_won[lab] = passed[lab] = 0
        fault = 1
    } else if (missing_results[lab]) {
        status[lab] = ended[lab] == 124 ? "timeout" : "incomplete"
        if (status[lab] == "incomplete")
            fault = 1
    }
    total_won += won[lab]; total_max += max[lab]; total_stretch += stretch_won[lab]
    total_short += short[lab]; total_left_out += left_out[lab]
    total_passed += passed[lab]; total_tried += tried[lab]
}

# Decides the verdict of one check, its cause and what it expected and got.
function judge_check(lab, n,    file, line, at, key) {
    if (ended[lab] == "unbuilt") {
        verdict[lab, n] = "blocked"
        reason[lab, n] = "none of the programs is there to be run"
        return
    }
    if (!((lab, n) in result)) {
        verdict[lab, n] = "fail"
        missing_results[lab]++
        if (ended[lab] == 124) {
            cause[lab, n] = "TIME_LIMIT"
            sentence[lab, n] = "did not run to its end: the checks of this lab were stopped after " \
                ENVIRON["LIMIT"] " seconds."
        } else {
            cause[lab, n] = "DID_NOT_RUN"
            sentence[lab, n] = "did not run: bats ended early"
            if (bats_said[lab] != "")
                sentence[lab, n] = sentence[lab, n] ": " bats_said[lab]
        }
        return
    }
    if (result[lab, n] == "skip") {
        if (reason[lab, n] ~ /^environment: /)
            verdict[lab, n] = "environment"
        else
            verdict[lab, n] = "blocked"
        sub(/^(environment|blocked): /, "", reason[lab, n])
        return
    }
    verdict[lab, n] = result[lab, n]
    if (verdict[lab, n] == "pass")
        return
    file = logs_of(lab) "/" n ".verdict"
    while ((getline line < file) > 0) {
        at = index(line, ": ")
        key = substr(line, 1, at - 1)
        line = clean(substr(line, at + 2))
        if (key == "cause") cause[lab, n] = line
        else if (key == "sentence") sentence[lab, n] = line
        else if (key == "expected") expected[lab, n] = line
        else if (key == "got") got[lab, n] = line
        else if (key == "mark") mark[lab, n] = line + 0
        else if (key == "todo") todo[lab, n] = line
        else if (key == "program") culprit[lab, n] = line
        has_verdict[lab, n] = 1
    }
    close(file)
    if (cause[lab, n] == "GRADER")
        fault = 1
    if (cause[lab, n] == "NOT_WRITTEN")
        sentence[lab, n] = expected[lab, n] = got[lab, n] = ""
}

function logs_of(lab) {
    return out "/" lab "/" (check == "" ? "log" : "replay")
}

# 0 all that counts has passed, 1 some has not, 2 the machine is at fault.
function exit_status() {
    if (fault || total_max == 0 && total_stretch_only() == 0)
        return 2
    return total_short > 0
}

# True when the one check that was asked for is a stretch check that was tried.
function total_stretch_only() {
    return check != "" && stretch[labs[1], check + 0] &&
        verdict[labs[1], check + 0] != "environment"
}
