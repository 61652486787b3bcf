# Makes of a run what the student reads, and results.json. With read.awk and
# results.awk the only reader of a run:
#
#     awk -f words.awk -f read.awk -f results.awk -f report.awk
#
# Everything comes by the environment, from grader/grade. Exit status: as
# grader/grade. Runs in any awk, in the C locale.

BEGIN {
    root = ENVIRON["ROOT"]; out = ENVIRON["OUT"]; shown = ENVIRON["SHOWN"]
    check = ENVIRON["CHECK"]; seed = ENVIRON["SEED"]; verbose = ENVIRON["VERBOSE"]
    width = ENVIRON["WIDTH"] + 0
    if (ENVIRON["COLOR"]) {
        bold = "\033[1m"; dim = "\033[2m"; red = "\033[31m"; green = "\033[32m"
        yellow = "\033[33m"; plain = "\033[0m"
    }
    lab_count = split(ENVIRON["LABS"], labs, " ")
    n = split(ENVIRON["ENDS"], words, " ")
    for (i = 1; i <= n; i++) {
        split(words[i], pair, "=")
        ended[pair[1]] = pair[2]
    }
    in_detail = ENVIRON["LAB"] != "" && lab_count == 1

    for (l = 1; l <= lab_count; l++) {
        read_checks(labs[l])
        read_programs(labs[l])
        read_tap(labs[l])
        judge(labs[l])
    }
    if (check == "")
        write_results("build/" ENVIRON["ID"] "/results")
    print_head()
    if (in_detail && status[labs[1]] != "void")
        print_checks(labs[1])
    for (l = 1; l <= lab_count; l++)
        explain_lab(labs[l])
    if (!in_detail)
        print_scoreboard()
    print_end()
    exit exit_status()
}

# ---- words

# The paragraph of the lab's handout that states requirement id, as one line.
function find_requirement(lab, id,    file, line, found, text) {
    if (!(lab in handout_read)) {
        handout_read[lab] = 1
        file = root "/handouts/" lab ".md"
        found = ""
        while ((getline line < file) > 0) {
            if (match(line, /^ *- \*\*R[0-9]+\.[0-9]+\*\*/)) {
                text = trim(substr(line, RSTART + RLENGTH))
                found = find_requirements(substr(line, RSTART, RLENGTH))
                requirement[lab, found] = text
            } else if (line ~ /^[ \t]*$/ || line ~ /^[-#|<`]/)
                found = ""
            else if (found != "")
                requirement[lab, found] = requirement[lab, found] " " trim(line)
        }
        close(file)
    }
    return (lab, id) in requirement ? clean(requirement[lab, id]) : ""
}

# ---- printing

function print_head(    text) {
    text = "seed " seed ", " ENVIRON["COMPILER"]
    if (ENVIRON["CFLAGS"] !~ /-fsanitize/ && ENVIRON["SANITIZERS"] == "0")
        text = text ", without sanitizers: this compiler has none that work here, so errors in " \
            "memory may go unseen"
    if (ENVIRON["SHIM"] == "0")
        text = text ", without the shim: this linker has no --wrap, so short sends and reads go " \
            "untested"
    print bold (in_detail ? shown "/" labs[1] : shown) plain
    wrap(dim, "", text plain)
}

# A line a check.
function print_checks(lab,    n, word, tone, sum) {
    print ""
    for (n = 1; n <= check_count[lab]; n++) {
        if (verdict[lab, n] == "")
            continue
        word = verdict[lab, n]
        tone = word == "pass" ? green : word == "fail" ? red : yellow
        word = word == "fail" ? "FAIL" : word == "environment" ? "not here" : word
        sum = (verdict[lab, n] == "environment" ? "-" : earned(lab, n)) "/" points[lab, n]
        if (stretch[lab, n])
            sum = "+" sum
        printf "  %s%-8s%s %2d %7s  %s\n", tone, word, plain, n, sum, title[lab, n]
    }
}

# A heading over the explanations of a lab, once.
function head_lab(lab) {
    if (!in_detail && !(lab in headed)) {
        print ""
        print bold "== " lab " ==" plain
    }
    headed[lab] = 1
}

# What went wrong in a lab: what does not compile, what is not written, what
# failed, what waits, what this machine could not do.
function explain_lab(lab,    n) {
    explain_trouble(lab)
    if (status[lab] == "void")
        return
    explain_builds(lab)
    if (check == "")
        explain_unwritten(lab)
    for (n = 1; n <= check_count[lab]; n++) {
        if (verdict[lab, n] == "fail" && !is_rest(lab, n, "fail") && !((lab, n) in told))
            explain_check(lab, n)
        else if (check != "" && verdict[lab, n] == "pass")
            show_pass(lab, n)
    }
    explain_rest(lab, "fail", "Not checked:")
    explain_rest(lab, "blocked", "Blocked:")
    explain_rest(lab, "environment", "This machine cannot, and the points are left out:")
}

# What makes the whole lab doubtful.
function explain_trouble(lab) {
    if (status[lab] == "void") {
        head_lab(lab)
        wrap("\n" red, "", "The results of " lab " are void and count nothing: " void[lab] plain)
    } else if (status[lab] == "incomplete") {
        head_lab(lab)
        wrap("\n" red, "", "The checks of " lab " did not run to their end (bats: status " ended[lab] \
            (bats_said[lab] == "" ? "" : ", " bats_said[lab]) "), which no program of yours should be " \
            "able to cause. Try again; if it stays, the grader is at fault." plain)
    }
}

# The compiler's words about what it did not build, and its warnings.
function explain_builds(lab,    i, j, name, last, absent) {
    absent = 0
    for (i = 1; i <= program_count[lab]; i++) {
        name = program[lab, i]
        if (build[lab, name] == "missing" && !build_lines[lab, name])
            absent++
    }
    if (absent == program_count[lab]) {
        head_lab(lab)
        wrap("\n", "", bold "Nothing to grade:" plain " there is no " list_programs(lab) " in " shown \
            "/" lab)
        return
    }
    for (i = 1; i <= program_count[lab]; i++) {
        name = program[lab, i]
        if (build[lab, name] == "built" && !(in_detail && check == "" && warnings[lab, name]))
            continue
        head_lab(lab)
        print ""
        if (build[lab, name] == "missing")
            print bold name plain ": there is no " source[lab, name]
        else if (build[lab, name] == "timeout")
            print bold name plain ": the compiler was stopped after 60 seconds"
        else if (build[lab, name] == "built")
            print bold name plain " compiles, with " plural(warnings[lab, name], "warning") ":"
        else
            print bold name plain " does not compile:"
        last = build_lines[lab, name]
        if (last > 20 && !verbose)
            last = 20
        for (j = 1; j <= last; j++)
            print "    " build_line[lab, name, j]
        if (last < build_lines[lab, name])
            print "    ... more in " from_root(out "/" lab "/" name ".build")
    }
}

function list_programs(lab,    i, all) {
    for (i = 1; i <= program_count[lab]; i++)
        all = all (i == 1 ? "" : i == program_count[lab] ? " and no " : ", no ") program[lab, i] ".c"
    return all
}

# The checks that only wait for a TODO, together for each TODO.
function explain_unwritten(lab,    n, m) {
    for (n = 1; n <= check_count[lab]; n++) {
        if (!is_unwritten(lab, n) || (lab, n) in told)
            continue
        head_lab(lab)
        print ""
        print bold "Not written yet:" plain " " todo_place(lab, n)
        for (m = n; m <= check_count[lab]; m++)
            if (is_unwritten(lab, m) && todo[lab, m] == todo[lab, n]) {
                printf "  %2d  %s\n", m, title[lab, m]
                told[lab, m] = 1
            }
    }
}

function is_unwritten(lab, n) {
    return verdict[lab, n] == "fail" && cause[lab, n] == "NOT_WRITTEN"
}

# Everything about one failed check.
function explain_check(lab, n,    ids, count, i, text) {
    head_lab(lab)
    head_check(lab, n)
    show_try(lab, n)
    show_log(lab, n)
    if ((!has_verdict[lab, n] || cause[lab, n] == "GRADER") && bats_lines[lab, n] != "") {
        label("What bats said")
        show_lines(bats_lines[lab, n])
    }
    if (expected[lab, n] != "")
        show_value("Expected:", expected[lab, n])
    if (got[lab, n] != "")
        show_value("Got:     ", got[lab, n])
    if (mark[lab, n] > 0)
        printf "%" (12 + mark[lab, n]) "s^\n", ""
    if (cause[lab, n] == "NOT_WRITTEN")
        show_value("Not written yet:", todo_place(lab, n))
    else if (sentence[lab, n] != "" || hint[lab, n] != "") {
        label("Likely cause" (cause[lab, n] == "" ? "" : " (" cause[lab, n] ")"))
        wrap("    ", "    ", sentence[lab, n] != "" ? sentence[lab, n] : hint[lab, n])
    }
    count = split(requirements[lab, n], ids, " ")
    for (i = 1; i <= count; i++) {
        text = find_requirement(lab, ids[i])
        if (i == 1)
            label("The handout (handouts/" lab ".md)")
        wrap("    " ids[i] " ", "         ", text == "" ? "is not in the handout" : text)
    }
    label("Only this check again")
    print "    " replay_command(lab, n)
    show_log_place(lab, n)
}

# Where the transcript is, where one check alone was asked for.
function show_log_place(lab, n) {
    if (check != "")
        show_value("Transcript:", from_root(logs_of(lab) "/" n ".log"))
}

function head_check(lab, n,    text) {
    text = "-- " short_name(lab) " check " n ": " title[lab, n] " "
    printf "\n%s%s", bold, text
    for (n = letters(text); n < width; n++)
        printf "-"
    print plain
}

function label(text) {
    print "  " bold text ":" plain
}

# A value behind its label, or below it where the line is too short.
function show_value(name, text) {
    print "  " bold name plain " " text
}

function show_lines(text,    lines, n, i) {
    n = split(text, lines, "\n")
    for (i = 1; i <= n; i++)
        if (lines[i] != "")
            print "    " lines[i]
}

# Whether the source includes <pthread.h>: older systems then want -pthread.
function uses_threads(file,    line, found) {
    while ((getline line <file) > 0)
        if (line ~ /^#include <pthread\.h>/)
            found = 1
    close(file)
    return found
}

# What to type to do the same by hand.
function show_try(lab, n,    i, j, name) {
    if (!try_count[lab, n])
        return
    label("By hand, in " shown "/" lab)
    for (i = 1; i <= program_count[lab]; i++) {
        name = program[lab, i]
        for (j = 1; j <= try_count[lab, n]; j++)
            if (index(" " try[lab, n, j] " ", "./" name " ")) {
                print "    cc " (uses_threads(shown "/" lab "/" name ".c") ? "-pthread " : "") "-o " name " " name ".c"
                break
            }
    }
    for (j = 1; j <= try_count[lab, n]; j++)
        print "    " try[lab, n, j]
}

# The transcript, with the middle left out where it is long: the beginning, what
# is around the first divergence, and the end.
function show_log(lab, n,    file, line, lines, count, i, mark, whole, skipped) {
    file = logs_of(lab) "/" n ".log"
    count = 0
    mark = 0
    while ((getline line < file) > 0) {
        lines[++count] = clean(line)
        if (index(line, ">>> here it differs"))
            mark = count
    }
    close(file)
    if (!count)
        return
    label("What happened")
    whole = count <= 60 || verbose || check != ""
    skipped = 0
    for (i = 1; i <= count; i++) {
        if (whole || i <= 20 || i > count - 24 || mark && i > mark - 8 && i < mark + 8) {
            if (skipped)
                print "    ... " plural(skipped, "line") " left out; all of them: " from_root(file)
            skipped = 0
            print "    " (i == mark ? red lines[i] plain : lines[i])
        } else
            skipped++
    }
}

# A check that was asked for alone and has passed: what happened all the same.
function show_pass(lab, n) {
    head_check(lab, n)
    show_try(lab, n)
    show_log(lab, n)
    show_log_place(lab, n)
}

# The checks with a verdict that is not worth an explanation each, together for
# each reason.
function explain_rest(lab, kind, heading,    n, m, why) {
    for (n = 1; n <= check_count[lab]; n++) {
        if (!is_rest(lab, n, kind) || (lab, n) in told)
            continue
        if (ended[lab] == "unbuilt" && !in_detail)
            continue
        why = why_not(lab, n)
        head_lab(lab)
        if (kind == "blocked") {
            explain_blocked(lab, n, why)
            continue
        }
        wrap("\n" bold heading plain " ", "", why)
        for (m = n; m <= check_count[lab]; m++)
            if (is_rest(lab, m, kind) && why_not(lab, m) == why) {
                printf "  %2d  %s\n", m, title[lab, m]
                told[lab, m] = 1
            }
    }
}

# The blocked checks that wait for the same as check n, in a line.
function explain_blocked(lab, n, why,    m, list) {
    for (m = n; m <= check_count[lab]; m++)
        if (is_rest(lab, m, "blocked") && why_not(lab, m) == why) {
            list = list " " m
            told[lab, m] = 1
        }
    if (sub(/ has to pass first$/, "", why))
        wrap("\n", "", bold "Blocked until " why " passes:" plain list)
    else
        wrap("\n", "", bold "Blocked:" plain " " why ", needed by" list)
}

function is_rest(lab, n, kind) {
    return verdict[lab, n] == kind &&
        (kind != "fail" || cause[lab, n] ~ /^(DID_NOT_RUN|TIME_LIMIT)$/)
}

# Why a check has not been tried, or not to its end.
function why_not(lab, n,    i, name) {
    if (verdict[lab, n] == "fail")
        return sentence[lab, n]
    for (i = 1; i <= program_count[lab]; i++) {
        name = program[lab, i]
        if (index(" " reason[lab, n] " ", " " name " ") && build[lab, name] == "missing")
            return "there is no " source[lab, name]
    }
    return reason[lab, n]
}

# A line a lab, and the total.
function print_scoreboard(    l) {
    print ""
    printf "%s%-20s %-20s %7s %9s%s\n", bold, "lab", "", "checks", "points", plain
    for (l = 1; l <= lab_count; l++)
        print_score(labs[l], passed[labs[l]], tried[labs[l]], won[labs[l]], max[labs[l]],
            stretch_won[labs[l]], remark(labs[l]))
    print_score("total", total_passed, total_tried, total_won, total_max, total_stretch, "")
}

function print_end(    l, lab, first) {
    print ""
    first = ""
    for (l = 1; l <= lab_count; l++)
        if (first == "" && (short[labs[l]] || status[labs[l]] != "graded"))
            first = labs[l]
    if (total_left_out)
        wrap("", "", plural(total_left_out, "point") " could not be tried on this machine and are left " \
            "out of the maximum.")
    if (total_passed == total_tried && !fault)
        print green "All passed." plain
    else if (total_max == 0 && !total_stretch_only())
        print red "This machine cannot run these checks; see above." plain
    else if (first == "" && !fault)
        print "All that counts has passed."
    else if (first != "" && check == "")
        print "Next: " (in_detail ? next_step(first) : \
            "make grade LAB=" short_name(first) work_word())
    if (in_detail && check == "" && shown == "labs" && short[first])
        print "Hints: make hint LAB=" short_name(first)
    if (fault && !(lab in void))
        wrap("", "", "The grader could not do its work; exit status 2.")
    print "Score: " (total_won + 0) "/" (total_max + 0) (total_stretch ? " +" total_stretch : "")
}
