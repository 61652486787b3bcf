# Writes and reads results.json; CONTRIBUTING.md says what is in it. A part of
# report.awk and student.awk.

# text, of one line, as a JSON string.
function json(text) {
    return "\"" escape(text) "\""
}

# What stands for text in a JSON string: valid UTF-8, everything escaped that must
# be. (No newline: split of BSD's awk takes it for a separator, whatever is given.)
function escape(text,    parts, n, i, all) {
    text = valid_utf8(clean(text))
    gsub(/\\/, "&&", text)
    n = split(text, parts, "\"")
    all = parts[1]
    for (i = 2; i <= n; i++)
        all = all "\\\"" parts[i]
    n = split(all, parts, "\t")
    all = parts[1]
    for (i = 2; i <= n; i++)
        all = all "\\t" parts[i]
    return all
}

function boolean(value) {
    return value ? "true" : "false"
}

# Writes base.json, as a whole or not at all: the results of this run and, for the
# labs that it has not graded, those of earlier runs.
function write_results(base,    file, old, line, name, object, kept, l, all, n, i, j, score) {
    old = base ".json"
    file = base ".new"
    object = ""
    while ((getline line < old) > 0) {
        if (line ~ /^  "schema": / && line != "  \"schema\": 1,")
            break
        if (line == "    {")
            object = name = ""
        if (line ~ /^      "name": /) {
            name = line
            gsub(/^      "name": "|",$/, "", name)
        }
        if (line == "    }" || line == "    },") {
            kept[name] = object "    }"
            object = ""
        } else
            object = object line "\n"
        if (line ~ /^      "score": /)
            kept_score[name] = line
    }
    close(old)
    for (l = 1; l <= lab_count; l++) {
        kept[labs[l]] = lab_object(labs[l])
        kept_score[labs[l]] = score_line(labs[l])
    }
    n = 0
    for (name in kept)
        if (name != "") {
            for (i = n++; i > 0 && all[i] > name; i--)
                all[i + 1] = all[i]
            all[i + 1] = name
        }
    for (i = 1; i <= n; i++)
        for (j = 1; j <= 4; j++)
            score[j] += number_in(kept_score[all[i]], j)
    print "{\n  \"schema\": 1," > file
    print "  \"work\": " json(shown) ",\n  \"id\": " json(ENVIRON["ID"]) "," > file
    print "  \"score\": " score_of(score[1], score[2], score[3], score[4]) "," > file
    print "  \"labs\": [" > file
    for (i = 1; i <= n; i++)
        print kept[all[i]] (i < n ? "," : "") > file
    print "  ]\n}" > file
    if (close(file) == 0)
        system("mv -f " file " " old)
}

# The j-th number in text.
function number_in(text, j) {
    while (match(text, /[0-9]+/)) {
        if (--j == 0)
            return substr(text, RSTART, RLENGTH) + 0
        text = substr(text, RSTART + RLENGTH)
    }
    return 0
}

function score_of(some, most, extra, most_extra) {
    return "{\"points\": " (some + 0) ", \"max\": " (most + 0) ", \"stretch\": " (extra + 0) \
        ", \"stretch_max\": " (most_extra + 0) "}"
}

function score_line(lab) {
    return "      \"score\": " score_of(won[lab], max[lab], stretch_won[lab], stretch_max[lab]) ","
}

# One lab as an object; a line a value, so that later runs can keep it.
function lab_object(lab,    text, i, n) {
    text = "    {\n" lab_field("name", json(lab)) score_line(lab) "\n"
    text = text lab_field("status", json(status[lab]))
    text = text lab_field("message", json(message_about(lab)))
    text = text lab_field("time", json(ENVIRON["TIME"]))
    text = text lab_field("seed", seed)
    text = text lab_field("tools", "{\"compiler\": " json(ENVIRON["COMPILER"]) ", \"cflags\": " \
        json(ENVIRON["CFLAGS"]) ", \"bats\": " json(ENVIRON["BATS"]) "}")
    text = text lab_field("sanitizers", boolean(ENVIRON["SANITIZERS"] + 0))
    text = text lab_field("shim", boolean(ENVIRON["SHIM"] + 0))
    text = text "      \"programs\": ["
    for (i = 1; i <= program_count[lab]; i++)
        text = text (i > 1 ? "," : "") "\n" program_object(lab, program[lab, i])
    text = text "\n      ],\n      \"checks\": ["
    for (n = 1; n <= check_count[lab]; n++)
        text = text (n > 1 ? "," : "") "\n" check_object(lab, n)
    return text "\n      ]\n    }"
}

function lab_field(key, value) {
    return "      \"" key "\": " value ",\n"
}

function message_about(lab) {
    return status[lab] == "void" ? void[lab] : status[lab] == "incomplete" ? bats_said[lab] : ""
}

function program_object(lab, name) {
    return "        {\"name\": " json(name) ", \"source\": " json(source[lab, name]) \
        ", \"build\": " json(build[lab, name]) ", \"warnings\": " (warnings[lab, name] + 0) \
        ", \"message\": " build_text(lab, name) "}"
}

# The first lines that the compiler said, as one JSON string.
function build_text(lab, name,    i, text) {
    for (i = 1; i <= build_lines[lab, name] && i <= 100; i++)
        text = text (i > 1 ? "\\n" : "") escape(build_line[lab, name, i])
    return "\"" text "\""
}

function earned(lab, n) {
    return verdict[lab, n] == "pass" && status[lab] != "void" ? points[lab, n] + 0 : 0
}

function check_object(lab, n,    text, file, line) {
    text = "        {\n" field("number", n) field("title", json(title[lab, n]))
    text = text field("points", points[lab, n]) field("earned", earned(lab, n))
    text = text field("stretch", boolean(stretch[lab, n]))
    text = text field("requirements", requirement_list(lab, n))
    text = text field("verdict", json(verdict[lab, n])) field("reason", json(reason[lab, n]))
    text = text field("cause", json(cause[lab, n])) field("sentence", json(sentence[lab, n]))
    text = text field("program", json(culprit[lab, n])) field("todo", json(todo[lab, n]))
    text = text field("expected", json(expected[lab, n])) field("got", json(got[lab, n]))
    text = text field("hint", json(hint[lab, n])) field("try", try_list(lab, n))
    text = text field("replay", json(replay_command(lab, n))) "          \"log\": "
    file = logs_of(lab) "/" n ".log"
    text = text ((getline line < file) > 0 ? json(from_root(file)) : "null")
    close(file)
    return text "\n        }"
}

function field(key, value) {
    return "          \"" key "\": " value ",\n"
}

function requirement_list(lab, n,    ids, count, i, text) {
    count = split(requirements[lab, n], ids, " ")
    for (i = 1; i <= count; i++)
        text = text (i > 1 ? ", " : "") json(ids[i])
    return "[" text "]"
}

function try_list(lab, n,    i, text) {
    for (i = 1; i <= try_count[lab, n]; i++)
        text = text (i > 1 ? ", " : "") json(try[lab, n, i])
    return "[" text "]"
}

# ---- reading

# Reads file, the results of earlier runs, into the variables that read.awk fills
# after a run, for the labs whose checks are known (read_checks). A lab that is
# not there, or not as it was written, has no status. Lines that nobody of us has
# written are passed over.
function read_results(file,    line, lab, n, key) {
    lab = ""
    while ((getline line < file) > 0) {
        line = clean(line)
        key = line
        sub(/": .*/, "", key)
        if (key == "  \"schema" && line != "  \"schema\": 1,")
            break
        if (key == "      \"name") {
            lab = text_in(line)
            n = 0
        }
        if (!(lab in check_count))
            continue
        if (key == "      \"score")
            read_score(lab, line)
        else if (key == "      \"status")
            status_read[lab] = text_in(line)
        else if (key == "        {\"name")
            read_program(lab, line)
        else if (key == "          \"number")
            n = number_in(line, 1)
        else if (key == "          \"title")
            known[lab, n] = text_in(line) == title[lab, n]
        else if (key == "          \"verdict")
            verdict[lab, n] = text_in(line)
        else if (key == "          \"cause")
            cause[lab, n] = text_in(line)
        else if (key == "          \"todo")
            todo[lab, n] = text_in(line)
        else if (line == "    }" || line == "    },")
            end_lab(lab)
    }
    close(file)
}

function read_score(lab, line) {
    won[lab] = number_in(line, 1)
    max[lab] = number_in(line, 2)
    stretch_won[lab] = number_in(line, 3)
}

# What is known of a program, from its object.
function read_program(lab, line,    name, i) {
    name = line
    sub(/^ *\{"name": "/, "", name)
    sub(/".*/, "", name)
    i = ++program_count[lab]
    program[lab, i] = name
    source[lab, name] = "labs/" lab "/" name ".c"
    build[lab, name] = build_message[lab, name] = ""
    if (match(line, /"build": "[a-z]*", "warnings": [0-9]+, "message": /)) {
        build_message[lab, name] = text_in("\"message\": " substr(line, RSTART + RLENGTH))
        build[lab, name] = substr(line, RSTART + 10, RLENGTH)
        sub(/".*/, "", build[lab, name])
    }
}

# The results of lab hold when each of its checks, as they are now, is among them.
function end_lab(lab,    n) {
    passed[lab] = left_out[lab] = short[lab] = 0
    for (n = 1; n <= check_count[lab]; n++) {
        if (!known[lab, n])
            return
        passed[lab] += verdict[lab, n] == "pass"
        if (stretch[lab, n])
            continue
        if (verdict[lab, n] == "environment")
            left_out[lab] += points[lab, n]
        else
            short[lab] += verdict[lab, n] != "pass"
    }
    status[lab] = status_read[lab]
}

# The text that is the value in line `"key": "value",`.
function text_in(line,    text, i) {
    sub(/^ *\{?"[a-z]*": "/, "", line)
    sub(/"[,}]*$/, "", line)
    text = ""
    while ((i = index(line, "\\"))) {
        text = text substr(line, 1, i - 1) escaped_by(substr(line, i + 1, 1))
        line = substr(line, i + 2)
    }
    return text line
}

function escaped_by(letter) {
    return letter == "n" ? "\n" : letter == "t" ? "\t" : letter
}
