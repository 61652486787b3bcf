# Checks of lab 07: a web server. The words of the conversations are explained at
# the head of tools/play.c.
# Programs: web_server

load lib/check

# 12 points · R7.1 R7.2 R7.3 R7.4 R7.7
# Try: ./web_server &  curl -i http://127.0.0.1:6789/web_server.c
# Hint: Receive to the empty line, open the file, send the header and then the
#   file; close. After each request print a line.
# Ask: What does curl -i show, line by line, and what should stand there? Where
#   does the body begin, and how many bytes does your header promise?
# See: recv(2), open(2), fstat(2), snprintf(3)
# Read: #the-protocol-byte-by-byte, #the-length-is-a-promise
# Sketch: receive until there is an empty line; take the first line to pieces
#   open the file; fstat: its size is Content-Length
#   status line, fields, empty line, each with \r\n; then the bytes of the file
#   end of stream; print ADDRESS port PORT: METHOD TARGET STATUS
@test "web_server listens, says so, and sends a file with its header" {
  play <<'END'
random word 12 text
random noise 3000
set page "<!DOCTYPE html>\n<p>page of $word</p>\r\n\r\n\0end $noise"
folder www
file www/page.html $page
file www/notes.txt "$word\n"
port told
start server web_server -r www 127.0.0.1 $told
listening server 127.0.0.1 $told
says server "listening on 127.0.0.1 port $told"
ask a server GET /page.html
answer a 200
body $page
field Content-Length "^0*$page.length$" like $page.length
field Content-Type "^text/html *(;.*)?$" anycase like text/html
field Connection "^close$" anycase like close
stamp Date now
lines server 2
# An HTTP/1.0 client knows no Host; what it does not know may follow, too.
connect b server
send b "GET /notes.txt HTTP/1.0\r\nX-Unknown: yes\r\n\r\n"
answer b 200
body "$word\n"
lines server 3
# The names of fields mean the same in upper and lower case.
connect c server
send c "GET /notes.txt HTTP/1.1\r\nuser-agent:grader\r\nhOsT:localhost\r\ncONNECTION:close\r\n\r\n"
answer c 200
body "$word\n"
# Without -r it is the directory in which the server runs.
start here web_server 127.0.0.1 0
listening here
ask d here GET /www/notes.txt
answer d 200
body "$word\n"
END
}

# 10 points · R7.4 R7.5 R7.6
# Try: curl -I http://127.0.0.1:6789/web_server.c
# Hint: The type follows the last point in the name, not one in a directory. Dates
#   are in GMT: gmtime_r and strftime. HEAD has the header of GET and nothing else.
# Ask: Where does the end of a name begin in archive.tar.xyz, in README, and in
#   a.css/plain? Whose time is Last-Modified, and in which zone? What comes behind
#   the empty line when the method is HEAD?
# See: strrchr(3), gmtime_r(3), strftime(3), fstat(2)
# Read: #the-protocol-byte-by-byte, #the-length-is-a-promise
# Sketch: the last part of the path; in it the last point; compare with each of
#   the table; none: application/octet-stream
#   Last-Modified from st_mtime, Date from now; both as GMT
#   HEAD: return behind the header, for refusals too
@test "web_server names type, length and time of a file, and for HEAD nothing but these" {
  needs 1
  play <<'END'
random words 300 text
folder www
folder www/a.css
start server TZ=EST5EDT,M3.2.0,M11.1.0 web_server -r www 127.0.0.1 0
listening server
file www/page.html $words
file www/style.css $words
file www/code.min.js $words
file www/text.txt $words
file www/data.json $words
file www/shape.svg $words
file www/image.png $words
file www/photo.jpg $words
file www/moving.gif $words
file www/small.webp $words
file www/favicon.ico $words
file www/paper.pdf $words
file www/archive.tar.xyz $words
file www/README $words
file www/a.css/plain $words
file www/page.html.xyz $words
file www/page.htmlx $words
file www/xhtml $words
file www/empty.txt ""
age www/page.html 784111777
age www/style.css 1709209999
ask a server GET /page.html
answer a 200
stamp Last-Modified 784111777
ask a server GET /style.css
answer a 200
field Content-Type "^text/css *(;.*)?$" anycase like text/css
stamp Last-Modified 1709209999
ask a server GET /code.min.js
answer a 200
field Content-Type "^(text|application)/(x-)?javascript *(;.*)?$" anycase like text/javascript
ask a server GET /text.txt
answer a 200
field Content-Type "^text/plain *(;.*)?$" anycase like text/plain
ask a server GET /data.json
answer a 200
field Content-Type "^application/json *(;.*)?$" anycase like application/json
ask a server GET /shape.svg
answer a 200
field Content-Type "^image/svg[+]xml *(;.*)?$" anycase like image/svg+xml
ask a server GET /image.png
answer a 200
field Content-Type "^image/png *(;.*)?$" anycase like image/png
ask a server GET /photo.jpg
answer a 200
field Content-Type "^image/jpeg *(;.*)?$" anycase like image/jpeg
ask a server GET /moving.gif
answer a 200
field Content-Type "^image/gif *(;.*)?$" anycase like image/gif
ask a server GET /small.webp
answer a 200
field Content-Type "^image/webp *(;.*)?$" anycase like image/webp
ask a server GET /favicon.ico
answer a 200
field Content-Type "^image/(x-icon|vnd[.]microsoft[.]icon) *(;.*)?$" anycase like image/x-icon
ask a server GET /paper.pdf
answer a 200
field Content-Type "^application/pdf *(;.*)?$" anycase like application/pdf
ask a server GET /archive.tar.xyz
answer a 200
field Content-Type "^application/octet-stream *(;.*)?$" anycase like application/octet-stream
ask a server GET /README
answer a 200
field Content-Type "^application/octet-stream *(;.*)?$" anycase like application/octet-stream
ask a server GET /a.css/plain
answer a 200
field Content-Type "^application/octet-stream *(;.*)?$" anycase like application/octet-stream
# The end is all that counts, and it begins with a point.
ask a server GET /page.html.xyz
answer a 200
field Content-Type "^application/octet-stream *(;.*)?$" anycase like application/octet-stream
ask a server GET /page.htmlx
answer a 200
field Content-Type "^application/octet-stream *(;.*)?$" anycase like application/octet-stream
ask a server GET /xhtml
answer a 200
field Content-Type "^application/octet-stream *(;.*)?$" anycase like application/octet-stream
ask a server GET /empty.txt
answer a 200
field Content-Length "^0+$" like 0
body ""
# HEAD: all of that, and no body; also where there is no such file.
ask h server HEAD /page.html
answer h 200 head
field Content-Length "^0*300$" like 300
field Content-Type "^text/html *(;.*)?$" anycase like text/html
field Connection "^close$" anycase like close
stamp Last-Modified 784111777
stamp Date now
ask h server HEAD /none.html
answer h 403|404 head
ask h server HEAD /a.css
answer h 200|301|308|403|404 head
END
}

# 10 points · R7.8 R7.9 R7.10
# Try: mkdir d; echo hello >d/index.html; curl -i http://127.0.0.1:6789/d; curl -i http://127.0.0.1:6789/d/
# Hint: A directory without its slash is 301 with Location: the path, as it was
#   encoded, one slash in front and one behind. With its slash it is index.html.
# Ask: What does a browser make of a link two.html on the page /docs, and on /docs/?
#   To which host does a Location lead that begins with two slashes?
# See: stat(2), inode(7), strspn(3)
# Read: #a-redirect-stays-here
# Sketch: a directory, and no slash at the end: 301
#   Location: one slash, the path without those at its beginning, a slash
#   (encoded: a blank is %20)
#   a slash at the end: append index.html, open that
@test "web_server sends the index of a directory, and leads to it on the same host" {
  needs 1
  play <<'END'
random word 12 text
folder www
folder www/docs
folder www/docs/new
folder "www/a b%"
folder www/none
file www/index.html "root $word"
file www/docs/index.html "docs $word"
file www/docs/new/index.html "new $word"
file "www/a b%/index.html" "blank $word"
start server web_server -r www 127.0.0.1 0
listening server
ask a server GET /
answer a 200
body "root $word"
field Content-Type "^text/html *(;.*)?$" anycase like text/html
ask a server GET /docs/
answer a 200
body "docs $word"
ask a server GET /docs/new/
answer a 200
body "new $word"
ask a server GET /docs
answer a 301|308
leads /docs/
ask a server GET /docs/new
answer a 301|308
leads /docs/new/
ask a server GET /docs?page=2
answer a 301|308
leads /docs/
# A blank in a Location would end it.
ask a server GET /a%20b%25
answer a 301|308
leads /a%20b%25/
ask a server GET /a%20b%25/
answer a 200
body "blank $word"
# A browser takes //docs/ for the host docs. One slash, or no redirect.
ask a server GET //docs
answer a 200|301|308|400|403|404
leads /docs/
ask a server GET /%2fdocs
answer a 200|301|308|400|403|404
leads /docs/
ask a server GET /.//docs
answer a 200|301|308|400|403|404
leads /docs/
ask a server GET ///docs
answer a 200|301|308|400|403|404
leads /docs/
ask a server GET /none
answer a 301|308
leads /none/
ask a server GET /none/
answer a 403|404
END
}

# 10 points · R7.11 R7.12 R7.13 R7.14
# Try: curl -i -X POST http://127.0.0.1:6789/; curl -i -X BREW http://127.0.0.1:6789/
# Hint: First the version (505), then the method (405 with Allow, 501), then the
#   file: errno of open tells 403 from 404. A FIFO opens at once with O_NONBLOCK.
# Ask: Which errno does open set for a file that is not there, for one that you may
#   not read, and for a file taken for a directory? What does open wait for when
#   the name is that of a FIFO?
# See: open(2) ERRORS, fifo(7), fstat(2)
# Read: #files-that-are-no-files, #the-idea
# Sketch: version not 1.x: 505; method known to HTTP: 405 and Allow; else 501
#   open fails: EACCES is 403, most others are 404
#   open with O_NONBLOCK; fstat: no regular file: 403
@test "web_server says what is wrong: 403, 404, 405, 501, 505" {
  needs 1
  play <<'END'
folder www
folder www/docs
file www/page.html "page"
file www/locked.txt "locked"
fifo www/fifo
protect www/locked.txt forbidden
start server web_server -r www 127.0.0.1 0
listening server
ask a server GET /none.html
answer a 404
field Connection "^close$" anycase like close
stamp Date now
pages
ask a server GET /none/page.html
answer a 404
ask a server GET /page.html/none
answer a 404
ask a server GET /page
answer a 404
ask a server GET /locked.txt
answer a $forbidden
# Nobody writes into this FIFO: to open it must not wait for that.
ask a server GET /fifo
answer a 403|404
ask a server POST /page.html "Content-Length: 0"
answer a 405
field Allow "^(.*, *)?GET( *,.*)?$" like "GET, HEAD"
field Allow "^(.*, *)?HEAD( *,.*)?$" like "GET, HEAD"
ask a server DELETE /page.html
answer a 405
field Allow "GET" like "GET, HEAD"
ask a server PUT /new.html "Content-Length: 0"
answer a 405
ask a server BREW /page.html
answer a 501
ask a server GETTER /page.html
answer a 501
ask a server get /page.html
answer a 400|501
connect b server
send b "GET /page.html HTTP/2.0\r\nHost: localhost\r\nConnection: close\r\n\r\n"
answer b 505
connect b server
send b "GET /page.html HTTP/3.0\r\nHost: localhost\r\nConnection: close\r\n\r\n"
answer b 505
connect b server
send b "GET /page.html HTTP/1.7\r\nHost: localhost\r\nConnection: close\r\n\r\n"
answer b 200
body "page"
END
}

# 9 points · R7.15 R7.16
# Try: printf 'GET / HTTP/1.1\r\n\r\n' | nc -N 127.0.0.1 6789
# Try: printf 'GET / HTTP/1.1\r\nHost : x\r\n\r\n' | nc -N 127.0.0.1 6789
# Hint: Look at the form of each line, and count the fields Host: their name is
#   Host in any case, and the whole of it. A % wants two hexadecimal digits.
# Ask: How many parts has a request line, and what may stand behind the third?
#   What may stand between the name of a field and its colon? How many fields Host
#   are there in the request that failed?
# See: strspn(3), strncasecmp(3), isxdigit(3)
# Read: #strict-where-it-costs-nothing, #decode-once
# Sketch: method, space, target, space, HTTP/ digit . digit, the end: else 400
#   each further line: a name without blanks, then at once a colon: else 400
#   HTTP/1.1: fields named Host, in any case: one, else 400
#   a target that begins neither with / nor with http://: 400
@test "web_server answers 400 to what is no request of HTTP" {
  needs 1
  play <<'END'
folder www
file www/index.html "index"
start server web_server -r www 127.0.0.1 0
listening server
connect a server
send a "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
answer a 400
connect a server
send a "GET / HTTP/1.1\r\nHost: one.example\r\nConnection: close\r\nHost: two.example\r\n\r\n"
answer a 400
connect a server
send a "GET / HTTP/1.1\r\nHost: one.example\r\nHOST: one.example\r\nConnection: close\r\n\r\n"
answer a 400
connect a server
send a "GET / HTTP/1.1\r\nX-Host: localhost\r\nHostess: localhost\r\nConnection: close\r\n\r\n"
answer a 400
connect a server
send a "GET / HTTP/1.1\r\nHost : localhost\r\nConnection: close\r\n\r\n"
answer a 400
connect a server
send a "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Blank\t: 1\r\n\r\n"
answer a 400
connect a server
send a "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nno colon at all\r\n\r\n"
answer a 400
connect a server
send a "Hello, server!\r\n\r\n"
answer a 400|501|505
connect a server
send a "GET /\r\nHost: localhost\r\nConnection: close\r\n\r\n"
answer a 400|505
connect a server
send a "GET / HTTP/1.1 again\r\nHost: localhost\r\nConnection: close\r\n\r\n"
answer a 400|505
connect a server
send a "GET / HTTP/one\r\nHost: localhost\r\nConnection: close\r\n\r\n"
answer a 400|505
connect a server
send a "GET / HTTP/11.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
answer a 400|505
connect a server
send a "GET index.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
answer a 400|404
ask a server GET /%
answer a 400
ask a server GET /index%2
answer a 400
ask a server GET /index%2ghtml
answer a 400
ask a server GET /%0xindex
answer a 400
ask a server GET /%+1index
answer a 400
# One Host, of any name, and even none, is right.
ask a server GET /%69ndex%2Ehtml "Host: any.example:80"
answer a 200
ask a server GET /index.html "Host:"
answer a 200
body "index"
END
}

# 9 points · R7.17 R7.18 R7.19
# Try: echo one >'100%.txt'; curl -i http://127.0.0.1:6789/100%25.txt
# Try: curl -i "http://127.0.0.1:6789/$(head -c 70000 /dev/zero | tr '\0' x)"
# Hint: Cut at the first ?, then decode each %XX, once. What does not fit into
#   your room for the header is 414 while the first line lasts, else 431.
# Ask: Which comes first, to cut off the query or to decode, and why does it matter
#   for %3F? What does your program do when its room is used up and no empty line
#   has come?
# See: strtol(3), strcspn(3)
# Read: #decode-once, #the-request-is-there-at-the-empty-line
# Sketch: http://host in front: leave it out; nothing left: /
#   byte by byte to the end or the first ?: a % and two digits are one byte
#   a buffer of some thousand bytes; full: has the first line ended?
#   yes: 431, no: 414
@test "web_server decodes a target once, without the query, and knows what is too long" {
  needs 1
  play <<'END'
random word 12 text
fill folder 250 "f"
fill query 3976 "q"
fill long 70000 "x"
fill name 300 "n"
fill path 350 "/deep/path"
fill field 1M "x"
folder www
folder www/$folder
folder www/$folder/$folder
file www/index.html "index"
file "www/a b.txt" "blank $word"
file "www/a+b.txt" "plus $word"
file "www/100%.txt" "percent $word"
file "www/%41.txt" "once $word"
file "www/A.txt" "twice"
file "www/what?.txt" "question $word"
file "www/Gr\xc3\xbc\xc3\x9fe.txt" "utf8 $word"
file www/$folder/$folder/name.txt "deep $word"
start server web_server -r www 127.0.0.1 0
listening server
ask a server GET /a%20b.txt
answer a 200
body "blank $word"
ask a server GET /a+b.txt
answer a 200
body "plus $word"
ask a server GET /100%25.txt
answer a 200
body "percent $word"
ask a server GET /%2541.txt
answer a 200
body "once $word"
ask a server GET /Gr%c3%bc%C3%9Fe.txt
answer a 200
body "utf8 $word"
field Content-Type "^text/plain *(;.*)?$" anycase like text/plain
ask a server GET /what%3F.txt
answer a 200
body "question $word"
ask a server GET /a%20b.txt?what=%41&b=/../x?y
answer a 200
body "blank $word"
ask a server GET /a%20b%2Etx%74?page.html
answer a 200
field Content-Type "^text/plain *(;.*)?$" anycase like text/plain
# The absolute form, as a proxy gets it (RFC 9112, 3.2.2).
ask a server GET http://any.example/a%20b.txt "Host: any.example"
answer a 200
body "blank $word"
ask a server GET http://any.example:8080/a+b.txt?query "Host: any.example:8080"
answer a 200
body "plus $word"
ask a server GET http://any.example "Host: any.example"
answer a 200
body "index"
# 4,000 bytes are served.
ask a server GET /a%20b.txt?$query
answer a 200
body "blank $word"
ask a server GET /$folder/$folder/%6e%61%6d%65.txt
answer a 200
body "deep $word"
# No name is so long: it is not there, like any other.
ask a server GET /$name
answer a 400|403|404|414
ask a server GET $path
answer a 400|403|404|414
# 70,000 are too many, and so is a field of a megabyte.
connect b server
offer b "GET /$long HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
answer b 414 torn
connect b server
offer b "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Long: $field\r\n\r\n"
answer b 431 torn
ask a server GET /a%20b.txt
answer a 200
END
}

# 12 points · R7.20 R7.21
# Try: echo secret >../secret.txt; curl -i --path-as-is http://127.0.0.1:6789/../secret.txt
# Try: curl -i --path-as-is http://127.0.0.1:6789/%2e%2e/secret.txt
# Hint: realpath says where a path leads. Compare that with the root's own
#   realpath, and mind that /srv/www-old is not below /srv/www.
# Ask: Where does the path of the request lead once it is decoded and every link is
#   followed? Is that below the directory, and which character has to follow the
#   directory's name? Is the directory itself given by a link?
# See: realpath(3), symlink(7), path_resolution(7)
# Read: #below-the-root-or-not, #decode-once
# Sketch: at the start: root = where the directory really is
#   decode first; where does root + path really lead?
#   it begins with root, and then comes a slash or the end: open that place
#   else it is not there
@test "web_server sends nothing from outside of its directory" {
  needs 1
  play <<'END'
random word 16 text
here here
folder www
folder www/docs
folder www-old
file secret.txt "this is secret: $word"
file www-old/secret.txt "this is secret: $word"
file www/index.html "index"
file www/docs/page.html "page"
link www/inside.html docs/page.html
link www/docs/up.html ../index.html
link www/absolute.html $here/www/index.html
link www/sub docs
link www/out.txt ../secret.txt
link www/old.txt ../www-old/secret.txt
link www/away $here
link www/docs/parent ../..
link www/loop loop
link www/nothing ../none
folder www/hidden
link www/hidden/index.html ../../secret.txt
link site www
secret $word
start server web_server -r ./www/ 127.0.0.1 0
listening server
ask a server GET /../secret.txt
answer a 400|403|404
ask a server GET /docs/../../secret.txt
answer a 400|403|404
ask a server GET /%2e%2e/secret.txt
answer a 400|403|404
ask a server GET /.%2E/secret.txt
answer a 400|403|404
ask a server GET /docs/%2e%2e/%2e%2e/secret.txt
answer a 400|403|404
ask a server GET /..%2fsecret.txt
answer a 400|403|404
ask a server GET /docs%2f..%2f..%2fsecret.txt
answer a 400|403|404
ask a server GET /docs/..%2F..%2Fsecret.txt
answer a 400|403|404
ask a server GET /%252e%252e/secret.txt
answer a 400|403|404
ask a server GET /..\secret.txt
answer a 400|403|404
ask a server GET /..%5csecret.txt
answer a 400|403|404
ask a server GET /....//secret.txt
answer a 400|403|404
ask a server GET /.../...//secret.txt
answer a 400|403|404
ask a server GET /./../secret.txt
answer a 400|403|404
ask a server GET //../secret.txt
answer a 400|403|404
ask a server GET /../www-old/secret.txt
answer a 400|403|404
ask a server GET /..
answer a 200|301|308|400|403|404
ask a server GET /../
answer a 200|301|308|400|403|404
ask a server GET ../secret.txt
answer a 400|403|404
ask a server GET $here/secret.txt
answer a 400|403|404
ask a server GET /$here/secret.txt
answer a 400|403|404
ask a server GET /%2f$here/secret.txt
answer a 400|403|404
ask a server GET http://any.example/../secret.txt
answer a 400|403|404
ask a server GET http://../secret.txt
answer a 400|403|404
ask a server GET /index.html%00
answer a 400|403|404
ask a server GET /..%00/secret.txt
answer a 400|403|404
ask a server GET /../secret.txt%00.html
answer a 400|403|404
ask a server GET /docs/..;/..;/secret.txt
answer a 400|403|404
ask a server GET /%c0%ae%c0%ae/secret.txt
answer a 400|403|404
# Links are followed where they stay inside.
ask a server GET /inside.html
answer a 200
body "page"
ask a server GET /docs/up.html
answer a 200
body "index"
ask a server GET /absolute.html
answer a 200
body "index"
ask a server GET /sub/page.html
answer a 200
body "page"
ask a server GET /out.txt
answer a 400|403|404
ask a server GET /old.txt
answer a 400|403|404
ask a server GET /away/secret.txt
answer a 400|403|404
ask a server GET /docs/parent/secret.txt
answer a 400|403|404
ask a server GET /hidden/
answer a 400|403|404
ask a server GET /loop
answer a 400|403|404|500
ask a server GET /nothing
answer a 400|403|404
start linked web_server -r site 127.0.0.1 0
listening linked
ask a linked GET /inside.html
answer a 200
body "page"
ask a linked GET /out.txt
answer a 400|403|404
# Everything is below /.
start all web_server -r / 127.0.0.1 0
listening all
ask a all GET $here.target/www/docs/page.html
answer a 200
body "page"
END
}

# 7 points · R7.3 R7.22
# Try: head -c 300M /dev/urandom >big; curl -o copy http://127.0.0.1:6789/big; cmp big copy
# Hint: Receive until the empty line is there, however it is cut. Read a piece of
#   the file, send all of it (send_all), and then the next.
# Ask: What does your program do when recv returns one byte? What if the last \n of
#   the empty line comes alone? How much of the file is in memory at a time?
# See: recv(2), send(2), read(2)
# Read: #the-request-is-there-at-the-empty-line, 01-tcp-client.md#one-recv-is-not-one-message
# Sketch: append what recv gives to what is there; look for the empty line in all
#   of it; not there yet: again
#   while bytes of the file are left: read a piece, send_all it
@test "web_server takes a request cut anywhere, and sends a large file in little memory" {
  needs 1
  play <<'END'
random big 8M
random rest 8M
random words 5000 text
folder www
file www/big.bin $big $rest
file www/words.txt $words
start server web_server -r www 127.0.0.1 0
listening server
connect a server
dribble a "GET /words.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
answer a 200
body $words
# Cut inside the empty line.
connect b server
send b "GET /words.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r"
taken b
send b "\n"
answer b 200
body $words
small c
ask c server GET /big.bin
until c "\r\n\r\n" header
match header "^Content-Length:[ 	]*16777216[ 	]*$" anycase like "Content-Length: 16777216"
expect c $big
lean server 12
expect c $rest
end c
close c
# What the header has promised stands, though the file grows meanwhile.
small e
ask e server GET /big.bin
until e "\r\n\r\n" header
append www/big.bin $words
expect e $big
expect e $rest
end e
close e
# More bytes than an int can count: this is 3 GiB.
sparse www/huge.bin 3221225472
ask g server GET /huge.bin
until g "\r\n\r\n" header
match header "^Content-Length:[ 	]*0*3221225472[ 	]*$" anycase like "Content-Length: 3221225472"
# Short counts, in and out.
start short -cut 7 web_server -r www 127.0.0.1 0
listening short
ask d short GET /words.txt
answer d 200
body $words
END
}

# 6 points · R7.23
# Try: head -c 100M /dev/zero | curl -i --data-binary @- http://127.0.0.1:6789/
# Hint: After the answer: shutdown with SHUT_WR, then receive and forget until the
#   client closes (or a deadline), and then close.
# Ask: What does the kernel do with bytes that arrive for a connection that you have
#   closed? What becomes of those that lay unread when you closed it?
# See: shutdown(2), tcp(7)
# Read: #close-gently
# Sketch: the answer; shutdown, the sending half
#   receive and forget, until 0, an error, or the deadline
#   close
@test "web_server lets a client that is still sending read the refusal" {
  needs 1
  play <<'END'
random body 1M
random line 100000 text
folder www
file www/index.html "index"
start server web_server -r www 127.0.0.1 0
listening server
connect a server
send a "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1048576\r\n\r\n"
taken a
offer a $body
answer a 405 whole
connect b server
offer b "GET /" $line " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
answer b 414 whole
# Not refused, but it has said more than it had to.
connect c server
offer c "GET /index.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1048576\r\n\r\n" $body
answer c 200|400|413
END
}

# 7 points · R7.24 R7.25
# Try: ./web_server -t 2, and: time nc 127.0.0.1 6789, and beside it: curl -i http://127.0.0.1:6789/
# Hint: A thread for each connection. One deadline for the whole request: poll waits
#   for what is left of it, and no byte that comes makes it longer.
# Ask: While one client says nothing, in which call is your program, and who calls
#   accept? When a byte comes each 0.2 seconds, does that wait begin anew?
# See: poll(2), pthread_create(3), clock_gettime(2) CLOCK_MONOTONIC
# Read: #one-deadline-not-one-timeout, #who-waits-for-whom
# Sketch: deadline = now + seconds, once for each connection
#   before each recv: poll, for deadline - now; it returns 0: close
#   accept in one thread, all this in another
@test "web_server drops clients that are silent or slow, and lets nobody wait for them" {
  needs 1
  play <<'END'
random big 8M
random other 8M
random word 12 text
fill fields 40 "a:\r\n"
fill more 1000 "x"
folder www
file www/index.html "index"
file www/one.html "one $word"
file www/two.html "two $word"
file www/three.html "three $word"
file www/big.bin $big
file www/other.bin $other
start patient -files 60 web_server -r www 127.0.0.1 0
listening patient
connect line patient
send line "GET /one.html HTTP/1.1\r\n"
small lazy
ask lazy patient GET /big.bin
# Nobody waits for these two, nor for twenty that say nothing.
times 20
connect silent$round patient
ask a patient GET /index.html
answer a 200
body "index"
done
idle patient
send line "Host: localhost\r\nConnection: close\r\n\r\n"
answer line 200
body "one $word"
# What is for one client is not sent to another.
ask b patient GET /other.bin
answer b 200
body $other
answer lazy 200
body $big
start together SHIM_TOGETHER=3 SHIM_SLOW=50 web_server -r www 127.0.0.1 0
listening together
connect a together
connect b together
connect c together
send a "GET /one.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
send b "GET /two.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
send c "GET /three.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
answer a 200
body "one $word"
answer b 200
body "two $word"
answer c 200
body "three $word"
start server web_server -t 1 -r www 127.0.0.1 0
listening server
sockets server
connect silent server
connect header server
send header "GET /index.html HTTP/1.1\r\nHost: localhost\r\nX-Header: is not"
connect drip server
send drip "GET /index.html HTTP/1.1\r\nHost: localhost\r\n"
drip drip 200 $fields
# These two have their answer, and stay; one says more and more.
ask stay server GET /index.html
answer stay 200 open
ask talk server GET /index.html
answer talk 200 open
drip talk 200 $more
# Who reads at his ease is no such client.
small sip
ask sip server GET /big.bin
sip sip 100 300K
dropped silent
dropped header
dropped drip
deaf talk
sipped sip $big
ask a server GET /index.html
answer a 200
freed server
idle server
END
}

# 5 points · R7.26 R7.27 R7.28
# Try: for i in $(seq 1000); do curl -s http://127.0.0.1:6789/ >/dev/null; done; ls /proc/$(pidof web_server)/fd
# Hint: Close file and connection, free the memory and detach the thread on every
#   way out. Ignore SIGPIPE; what goes wrong with one client ends that client only.
# Ask: Which descriptors are open while a request is answered, and on which ways out
#   is each of them closed? What if the client has gone when you send?
# See: signal(2), pthread_detach(3), close(2)
# Read: 02-tcp-server.md#give-it-back, 02-tcp-server.md#servers-and-sigpipe
# Sketch: at the end of the thread, whatever happened: file, connection, memory
#   send fails: that client is over, the server goes on
#   SO_REUSEADDR before bind
@test "web_server outlives 1,000 requests and rude clients, and can be started again at once" {
  needs 1
  play <<'END'
random big 1M
folder www
folder www/docs
folder www/docs/index.html
file www/index.html "index"
file www/big.bin $big
file out "out"
link www/out ../out
# Neither too few descriptors nor too few threads end it.
start poor -files 64 SHIM_SCARCE=2 web_server -r www 127.0.0.1 0
listening poor
ask a poor GET /index.html
answer a 200
connect b poor
close b
times 62
connect c$round poor
done
idle poor
times 62
close c$round
done
port told
start server -files 64 SHIM_HEAVY=50000 web_server -r www 127.0.0.1 $told
listening server
times 20
ask a server GET /index.html
answer a 200
done
weigh server
times 200
ask a server GET /index.html
answer a 200
body "index"
ask a server GET /none
answer a 403|404
ask a server GET /docs
answer a 200|301|308|403|404
ask b server GET /docs/
until b "\r\n" line
close b
ask a server GET /out
answer a 200|400|403|404
ask b server HEAD /index.html
close b
connect b server
reset b
connect b server
close b
connect b server
send b "GET /big.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
close b
connect b server
send b "GET /big.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
reset b
connect b server
send b "\0\xff\x80 garbage \x1b[31m\r\n\r\n"
close b
done
connect b server
send b "\xff\0\r\n\0\r\n\r\n"
close b
connect b server
send b "\r\n\r\n"
close b
connect b server
send b " \r\n\r\n"
close b
connect b server
send b "GET\r\n\r\n"
close b
connect b server
send b "GET \r\n\r\n"
close b
connect b server
send b "GET / HTTP/1.1\r\n:\r\nHost\r\n\r\n"
close b
ask a server GET /index.html
answer a 200
idle server
clean server 1000
kill server
start again web_server -r www 127.0.0.1 $told
listening again
ask a again GET /index.html
answer a 200
ask a poor GET /index.html
answer a 200
END
}

# 3 points · R7.1 R7.29 R7.30 R7.31
# Try: ./web_server -r /none; echo "status $?"; ./web_server -t ten; echo "status $?"
# Hint: getopt with "r:t:". parse_number and is_port, in net.h, tell what is no
#   number. A directory that is none is an error at the start.
# Ask: What does getopt return for an option that it does not know, or that lacks its
#   argument? Who looks at -r before the first client comes?
# See: getopt(3), realpath(3), chdir(2)
# Read: #requirements
# Sketch: options: r and t have arguments; any other: usage, 2
#   more than two words behind them, or a number that is none: usage, 2
#   the directory: go there, or say why not, 1
@test "web_server has the right place without being told, takes IPv6, and explains a wrong command line" {
  needs 1
  play <<'END'
start a web_server 127.0.0.1 80x
complains a 2
start a web_server 127.0.0.1 0 more
complains a 2
start a web_server -z
complains a 2
start a web_server -t ten 127.0.0.1 0
complains a 2
start a web_server -t -1 127.0.0.1 0
complains a 2
start a web_server -t 5s 127.0.0.1 0
complains a 2
start a web_server -r
complains a 2
start a web_server 127.0.0.1 -- -1
complains a 2
start a web_server 127.0.0.1 70000
complains a 1-2
start a web_server -r none 127.0.0.1 0
fails a
file file.txt "no directory"
start a web_server -r file.txt 127.0.0.1 0
fails a
start first web_server 127.0.0.1 0
listening first
start a web_server 127.0.0.1 $first.port
fails a
ipv6
start six web_server ::1 0
listening six ::1
says six "listening on ::1 port $six.port"
ask b six GET /file.txt
answer b 200
body "no directory"
twofold host
start named web_server $host 0
listening named
alone 6789
start default web_server
listening default 127.0.0.1 6789
says default "listening on 127.0.0.1 port 6789"
ask c default GET /file.txt
answer c 200
END
}

# 5 stretch points · R7.32
# Try: curl -i -H 'If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT' http://127.0.0.1:6789/
# Hint: The client sends back the Last-Modified it got. The same time, or a later one:
#   304, the header without a body. No date: as if the field were not there.
# Ask: What does a client know when it gets 304? What would it lack if there were a
#   body?
# See: strptime(3), gmtime_r(3)
# Read: #the-protocol-byte-by-byte
# Sketch: keep the value of the field; print the file's own time the same way
#   equal: 304 and the header; else 200
@test "web_server sends a file only if it has changed since" {
  needs 1
  play <<'END'
folder www
file www/page.html "page"
age www/page.html 784111777
start server web_server -r www 127.0.0.1 0
listening server
ask a server GET /page.html "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT"
answer a 304
stamp Date now
ask a server HEAD /page.html "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT"
answer a 304 head
ask a server GET /page.html "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT"
answer a 200
body "page"
ask a server GET /page.html "If-Modified-Since: Sat, 29 Oct 1994 19:43:31 GMT"
answer a 200
body "page"
ask a server GET /page.html "If-Modified-Since: yesterday"
answer a 200
body "page"
ask a server GET /none.html "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT"
answer a 404
age www/page.html 784111778
ask a server GET /page.html "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT"
answer a 200
body "page"
END
}

# 5 stretch points · R7.33
# Try: curl -i -r 2-4 http://127.0.0.1:6789/web_server.c
# Hint: Both ends count, from 0: bytes=0-0 is one byte. Without the second number it
#   goes to the end; without the first, it is that many at the end.
# Ask: How many bytes are 1000-1999? Which is the last byte of a file of 3,000?
# See: lseek(2), pread(2), strtoll(3)
# Read: #the-protocol-byte-by-byte
# Sketch: first and last from the field; last is at most size - 1
#   first beyond the end: 416, Content-Range: bytes */size
#   206, Content-Range: bytes first-last/size; seek to first, send last - first + 1
@test "web_server sends the range that is asked for" {
  needs 1
  play <<'END'
random head 1000
random middle 1000
random tail 1000
folder www
file www/data "$head$middle$tail"
start server web_server -r www 127.0.0.1 0
listening server
ask a server GET /data "Range: bytes=1000-1999"
answer a 206
body $middle
field Content-Range "^bytes 1000-1999/3000$" like "bytes 1000-1999/3000"
field Content-Length "^0*1000$" like 1000
ask a server GET /data "Range: bytes=2000-"
answer a 206
body $tail
field Content-Range "^bytes 2000-2999/3000$" like "bytes 2000-2999/3000"
ask a server GET /data "Range: bytes=-1000"
answer a 206
body $tail
field Content-Range "^bytes 2000-2999/3000$" like "bytes 2000-2999/3000"
ask a server GET /data "Range: bytes=2000-99999"
answer a 206
body $tail
ask a server GET /data "Range: bytes=0-2999"
answer a 206
body "$head$middle$tail"
ask a server GET /data "Range: bytes=3000-"
answer a 416
field Content-Range "^bytes [*]/3000$" like "bytes */3000"
# What is no range, or of another unit, counts for nothing.
ask a server GET /data "Range: lines=1-2"
answer a 200
body "$head$middle$tail"
ask a server GET /data "Range: bytes=2-1"
answer a 200|416
ask a server GET /data
answer a 200
body "$head$middle$tail"
END
}

# 5 stretch points · R7.34
# Try: curl -v http://127.0.0.1:6789/ http://127.0.0.1:6789/     ("Re-using existing connection")
# Hint: Behind the empty line of one request the next may have come already: keep it.
#   How the client knows where an answer ends: by Content-Length, always.
# Ask: What has become of the bytes behind the empty line that the same recv brought?
#   When does the connection end, and who has to say so?
# See: memmove(3), poll(2)
# Read: #the-request-is-there-at-the-empty-line
# Sketch: answer; the rest of the room to its beginning; from there again
#   Connection: close, HTTP/1.0 or a refusal: say close, and close
#   a new deadline for each request
@test "web_server takes one request after the other on a connection that stays open" {
  needs 1
  play <<'END'
random word 12 text
folder www
file www/one.txt "one $word"
file www/two.txt "two $word"
start server web_server -r www 127.0.0.1 0
listening server
connect a server
send a "GET /one.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
answer a 200 open
body "one $word"
send a "GET /two.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
answer a 200 open
body "two $word"
send a "HEAD /two.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
answer a 200 head open
send a "GET /none.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
answer a 404 open
# Two at once are answered in their order.
send a "GET /one.txt HTTP/1.1\r\nHost: localhost\r\n\r\nGET /two.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
answer a 200 open
body "one $word"
answer a 200 open
body "two $word"
# Whoever says that this was all sees the end.
send a "GET /one.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
answer a 200
body "one $word"
connect b server
send b "GET /one.txt HTTP/1.0\r\n\r\n"
answer b 200
body "one $word"
# Who stays and says nothing is dropped.
start strict web_server -t 1 -r www 127.0.0.1 0
listening strict
connect c strict
send c "GET /one.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
answer c 200 open
body "one $word"
dropped c
END
}
