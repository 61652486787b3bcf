# What grader/student says of the last results: how far the labs are, one hint, or
# the first failure of a lab.
#
#     ACTION=progress awk -f words.awk -f anchors.awk -f read.awk -f results.awk -f student.awk
#
# In the environment: ROOT, LABS, RESULTS (results.json), COLOR, UTF8 and ACTION:
#
#     progress   a line a lab, then what to do next; CHANGED names the labs whose
#                sources are not as they were graded
#     unfinished prints the first lab that is not done (one of LABS), or nothing
#     failing    prints what a hint would be about: ? where there are no results,
#                number|TODO of a check, - where it is none, nothing where all is well
#     hint       hint number STEP about that check
#     failure    the first failure, after a run; REPORT is what grader/grade said
#
# Runs in any awk, in the C locale.

BEGIN {
    root = ENVIRON["ROOT"]
    shown = "labs"
    width = 80
    if (ENVIRON["COLOR"]) {
        bold = "\033[1m"; dim = "\033[2m"; red = "\033[31m"; green = "\033[32m"
        yellow = "\033[33m"; plain = "\033[0m"
    }
    lab_count = split(ENVIRON["LABS"], labs, " ")
    for (l = 1; l <= lab_count; l++)
        read_checks(labs[l])
    read_results(ENVIRON["RESULTS"])
    action = ENVIRON["ACTION"]
    if (action == "progress")
        show_progress()
    else if (action == "unfinished")
        print unfinished()
    else if (action == "failing")
        print failing(labs[1])
    else if (action == "hint")
        show_hint(labs[1], ENVIRON["STEP"] + 0)
    else
        show_failure(labs[1])
}

# ---- what is left to do

# True when the results of lab are there and no point that counts is missing.
function is_done(lab) {
    return status[lab] == "graded" && !short[lab]
}

function is_changed(lab) {
    return index(" " ENVIRON["CHANGED"] " ", " " lab " ")
}

# The first lab that is not done, or "".
function unfinished(    l) {
    for (l = 1; l <= lab_count; l++)
        if (!is_done(labs[l]))
            return labs[l]
    return ""
}

# The first check of lab that has failed: of those that count, else of the stretch
# checks. 0: none.
function first_failure(lab,    n, extra) {
    extra = 0
    for (n = 1; n <= check_count[lab]; n++)
        if (verdict[lab, n] == "fail") {
            if (!stretch[lab, n])
                return n
            if (!extra)
                extra = n
        }
    return short[lab] ? 0 : extra
}

# The first program of lab that is not built, or "".
function unbuilt(lab,    i) {
    for (i = 1; i <= program_count[lab]; i++)
        if (build[lab, program[lab, i]] != "built")
            return program[lab, i]
    return ""
}

# What a hint would be about, for the shell, which counts the hints.
function failing(lab,    n) {
    if (status[lab] != "graded" && status[lab] != "timeout")
        return "?"
    if (unbuilt(lab) != "")
        return "-"
    n = first_failure(lab)
    return n ? n "|" (cause[lab, n] == "NOT_WRITTEN" ? todo[lab, n] : "") : short[lab] ? "-" : ""
}

# ---- progress

function show_progress(    l, lab, done, all, points_won, points_max, extra) {
    done = all = points_won = points_max = extra = 0
    printf "%s%-20s %-20s %7s %9s%s\n", bold, "lab", "", "checks", "points", plain
    for (l = 1; l <= lab_count; l++) {
        lab = labs[l]
        all += check_count[lab]
        if (status[lab] == "") {
            points_max += 100
            print_score(lab, 0, check_count[lab], 0, 100, 0, "not graded yet")
            continue
        }
        print_score(lab, passed[lab], check_count[lab], won[lab], max[lab], stretch_won[lab],
            is_changed(lab) ? "changed since" : remark(lab))
        done += passed[lab]
        points_won += won[lab]
        points_max += max[lab]
        extra += stretch_won[lab]
    }
    print_score("total", done, all, points_won, points_max, extra, "")
    lab = unfinished()
    wrap("\n" bold "Next:" plain " ", "      ", next_step_of(lab))
    if (lab != "")
        print "      make grade LAB=" short_name(lab)
    if (status[lab] != "" && !is_changed(lab))
        print "      make hint LAB=" short_name(lab)
}

# What to do next, where lab is the first that is not done.
function next_step_of(lab,    name, n) {
    if (lab == "")
        return "nothing. All that counts has passed, in every lab."
    if (status[lab] == "")
        return (lab == labs[1] ? "read handouts/00-start.md and" : "read") " handouts/" lab ".md, and " \
            "write the first TODO in labs/" lab
    if (is_changed(lab))
        return "labs/" lab " has changed since it was graded"
    if (status[lab] != "graded" && status[lab] != "timeout")
        return "the last run of " lab " did not come to its end"
    name = unbuilt(lab)
    if (name != "" && build[lab, name] == "missing")
        return "there is no " source[lab, name] "; the skeleton again: make reset PROGRAM=" name
    if (name != "")
        return "make " name " compile"
    n = first_failure(lab)
    if (n && cause[lab, n] == "NOT_WRITTEN")
        return "write " todo_place(lab, n)
    return n ? "check " n " of " lab ": " title[lab, n] : "see what lab " lab " lacks"
}

# ---- hints

# Shows hint number step about the first check that fails: 0 where it waits for a
# TODO, which is always named; 1 to 4 one after the other; 5 all of them.
function show_hint(lab, step,    n) {
    if (show_trouble(lab))
        return
    n = first_failure(lab)
    if (!n) {
        print green "All passed" plain " in " lab ": " won[lab] "/" max[lab] \
            (stretch_won[lab] ? " +" stretch_won[lab] : "") ". There is nothing to hint at."
        return
    }
    if (stretch[lab, n])
        print "All that counts has passed. What is left is for extra points:\n"
    wrap(bold, "", lab ", check " n ": " title[lab, n] plain)
    if (cause[lab, n] == "NOT_WRITTEN")
        wrap("", "", "It waits for " todo_place(lab, n) ". The comment there says what to do.")
    if (step > 0)
        print ""
    if (step == 1 || step > 4)
        show_text("A question", ask[lab, n])
    if (step == 2 || step > 4)
        show_text("To read in the manual", manual(see[lab, n]))
    if (step == 3)
        show_sections(lab, read[lab, n])
    else if (step > 4)
        show_text("To read in the handouts", places(lab, read[lab, n]))
    if (step > 3) {
        print bold "A sketch:" plain
        print_indented(sketch[lab, n])
    }
    if (!step)
        print "\nFor a first hint, the same again: make hint LAB=" short_name(lab)
    else if (step < 4)
        print "\nHint " step " of 4. For the next: make hint LAB=" short_name(lab)
    else
        print "\nThere are no more. What happened, and why: make grade LAB=" short_name(lab)
}

function show_text(heading, text) {
    print bold heading ":" plain
    wrap("    ", "    ", text)
}

function print_indented(text,    lines, n, i) {
    n = split(text, lines, "\n")
    for (i = 1; i <= n; i++)
        print "    " lines[i]
}

# "recv(2) RETURN VALUE, RFC 9112 §7.1" as it is typed and found.
function manual(text,    pages, n, i, page, section, all) {
    n = split(text, pages, /, */)
    all = ""
    for (i = 1; i <= n; i++) {
        if (match(pages[i], /\([1-8]\)/)) {
            page = substr(pages[i], 1, RSTART - 1)
            section = substr(pages[i], RSTART + 1, 1)
            pages[i] = "man " section " " page (RSTART + 3 > length(pages[i]) ? "" : \
                " (" substr(pages[i], RSTART + 4) ")")
        }
        all = all (i == 1 ? "" : ", ") pages[i]
    }
    return all
}

# "#half-close, 02-tcp-server.md#sigpipe" as paths.
function places(lab, text,    words, n, i, all) {
    n = split(text, words, /, */)
    all = ""
    for (i = 1; i <= n; i++)
        all = all (i == 1 ? "" : ", ") "handouts/" (words[i] ~ /^#/ ? lab ".md" : "") words[i]
    return all
}

# Prints the sections of the handouts that text names.
function show_sections(lab, text,    words, n, i, at) {
    n = split(places(lab, text), words, /, */)
    for (i = 1; i <= n; i++) {
        at = index(words[i], "#")
        print (i == 1 ? "" : "\n") bold "From " words[i] ":" plain
        show_section(root "/" substr(words[i], 1, at - 1), substr(words[i], at + 1))
    }
}

# Prints the section of a Markdown file under the heading that GitHub names so.
# Diagrams are left out: they are none in a terminal.
function show_section(file, name,    line, level, deep, fence) {
    level = 0
    fence = ""
    section_begins()
    while ((getline line < file) > 0) {
        line = clean(line)
        if (line ~ /^ *```/) {
            fence = fence == "" ? line : ""
            continue
        }
        if (fence == "" && match(line, /^#+ /)) {
            deep = RLENGTH - 1
            if (level && deep <= level)
                break
            if (!level && anchor_of(line) == name) {
                level = deep
                continue
            }
        }
        if (level && fence !~ /mermaid/)
            show_line(line, fence != "" || line ~ /^[|#]/)
    }
    close(file)
    end_paragraph()
}

function section_begins() {
    paragraph = ""
    gap = begun = 0
}

# Prints a line of a section: as it is, or with others as a paragraph.
function show_line(line, as_it_is) {
    if (line == "" || as_it_is || line ~ /^([-*]|[0-9]+[.]) /)
        end_paragraph()
    if (line == "")
        gap = begun
    else if (as_it_is)
        print_behind_gap("        " line)
    else
        paragraph = paragraph (paragraph == "" ? "" : " ") line
}

# Prints the paragraph read so far; an item of a list with its lines indented.
function end_paragraph() {
    if (paragraph == "")
        return
    wrap((gap ? "\n" : "") "    ", paragraph ~ /^([-*]|[0-9]+[.]) / ? "      " : "    ", paragraph)
    gap = 0
    begun = 1
    paragraph = ""
}

function print_behind_gap(line) {
    print (gap ? "\n" : "") line
    gap = 0
    begun = 1
}

# ---- what goes wrong before any check

# Says why there is no check to speak of. Returns whether that is so.
function show_trouble(lab,    name) {
    if (status[lab] != "graded" && status[lab] != "timeout") {
        print "The last run of " lab " did not come to its end. Again: make grade LAB=" short_name(lab)
        return 1
    }
    name = unbuilt(lab)
    if (name == "")
        return 0
    if (build[lab, name] == "missing")
        wrap(bold name plain ": ", "", "there is no " source[lab, name] ". The skeleton again: " \
            "make reset PROGRAM=" name)
    else if (build[lab, name] == "timeout")
        print bold name plain ": the compiler was stopped after 60 seconds"
    else {
        print bold name plain " does not compile:"
        print_head_of(build_message[lab, name])
    }
    return 1
}

function print_head_of(text,    lines, n, i) {
    n = split(text, lines, "\n")
    for (i = 1; i <= n && i <= 20; i++)
        print "    " lines[i]
    if (n > 20)
        print "    ..."
}

# ---- the first failure

# After a run: the score and the first failure of lab, or that all has passed.
function show_failure(lab,    n) {
    if (show_trouble(lab))
        return
    n = first_failure(lab)
    if (!n) {
        print green (passed[lab] == check_count[lab] ? "All passed" : "All that counts has passed") plain \
            ": " won[lab] "/" max[lab] (stretch_won[lab] ? " +" stretch_won[lab] : "")
        return
    }
    printf "%s: %d/%d points, %d of %d checks pass.", lab, won[lab], max[lab], passed[lab], check_count[lab]
    print ""
    if (cause[lab, n] == "NOT_WRITTEN") {
        print ""
        wrap(bold "Next:" plain " ", "", "write " todo_place(lab, n) ", for check " n ", " title[lab, n])
    } else
        show_block(ENVIRON["REPORT"], "-- " short_name(lab) " check " n ":")
}

# Prints from a report the block with this head: up to the next line that is not
# indented.
function show_block(file, head,    line, inside, blanks) {
    inside = 0
    blanks = ""
    while ((getline line < file) > 0) {
        if (index(line, head) == 1) {
            inside = 1
            print "\n" red line plain
            blanks = ""
        } else if (inside && line ~ /^[^ ]/)
            break
        else if (line == "")
            blanks = blanks "\n"
        else if (inside) {
            print blanks line
            blanks = ""
        }
    }
    close(file)
}
