# How GitHub names the headings of a Markdown file: a part of links.awk and of
# what shows a section of a handout. Run it with LC_ALL=C: characters beyond ASCII
# are handled as bytes.

# The name of the heading that line is.
function anchor_of(line) {
    sub(/^#+[ \t]+/, "", line)
    sub(/[ \t]+#*[ \t]*$/, "", line)
    return slug(heading_text(line))
}

# The text of a heading without links and tags; code keeps its text.
function heading_text(text,    parts, count, i, result, part, shown) {
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
