# Checks of lab 01: the first clients. The words of the conversations are
# explained at the head of tools/play.c.
# Programs: hello_client page_client

load lib/check

# 6 points · R1.18
# Try: ./hello_client 127.0.0.1 9; echo "status $?"
# Try: ./hello_client no.such.name; echo "status $?"
# Hint: connect returns -1 when nobody listens. Say so with err(1, ...), which
#   adds the reason from errno and ends the program with status 1. getaddrinfo
#   returns its error instead, for gai_strerror.
# Ask: What does connect return when nobody listens, and which line of yours looks
#   at it? When getaddrinfo fails, where is the reason: in errno, or in what it
#   has returned?
# See: connect(2) RETURN VALUE, err(3), getaddrinfo(3) RETURN VALUE
# Read: #errors-say-what-was-tried
# Sketch: for each address: try it; when that fails, keep errno, close, go on
#   after the last: errno as it was kept, and err with host and port
@test "hello_client says why when nobody listens" {
  play <<'END'
dead nobody
start client hello_client 127.0.0.1 $nobody.port
fails client
# No machine has a name of 300 letters.
fill name 300 "x"
start client hello_client $name $nobody.port
fails client
END
}

# 12 points · R1.1 R1.2 R1.3 R1.4
# Try: printf 'Hello, client!' | nc -N -l 8888        (first terminal)
# Try: ./hello_client                              (second terminal)
# Hint: Send strlen(text) bytes, then shutdown(server, SHUT_WR), then receive
#   until recv returns 0.
# Ask: The server answers when it has seen the end of your stream. How can it see
#   that while you still want to read? And how many bytes has the text: by your
#   count, and by your program's?
# See: send(2), shutdown(2), recv(2) RETURN VALUE
# Read: #half-close, #a-length-not-a-string
# Sketch: send the text: as many bytes as it has letters
#   end the sending half, and only that
#   receive and print until there is no more; then the newline
@test "hello_client says hello, ends its half, and prints the reply" {
  play <<'END'
listen server
start client hello_client 127.0.0.1 $server.port
accept c server
expect c "Hello, server!"
end c
random word 12 text
send c "Hello, client $word!"
taken c
close c
prints client "Received: Hello, client $word!\n"
exits client 0
# A real server, which answers before the end of the stream.
start real reference:02-tcp-server/echo_server 127.0.0.1 0
listening real
start again hello_client 127.0.0.1 $real.port
prints again "Received: Hello, server!\n"
exits again 0
END
}

# 11 points · R1.5
# Try: head -c 100000 /dev/urandom | nc -N -l 8888     (first terminal)
# Try: ./hello_client | wc -c                         (second terminal: 100011)
# Hint: One recv is not one reply. Print what came, and call recv again until it
#   returns 0. What came is bytes, not a C string: its length is what recv returned.
# Ask: If the reply came one byte at a time, how often would your program call
#   recv? If its third byte were a NUL, or the whole of it 2 MB long, what would
#   your way of printing make of it?
# See: recv(2) RETURN VALUE, fwrite(3)
# Read: #one-recv-is-not-one-message, #a-length-not-a-string
# Sketch: again and again:
#     n = what recv returns
#     n is more than 0: print these n bytes, whatever is in them
#     n is 0: that was all
@test "hello_client prints a reply that is cut anywhere, of any bytes and any length" {
  needs 2
  play <<'END'
set reply "Hel\0lo\r\nGr\xc3\xbc\xc3\x9fe\0 %s %d\\ \xff\xfe\n\n"
listen server
start client hello_client 127.0.0.1 $server.port
accept c server
expect c "Hello, server!"
end c
dribble c $reply
close c
prints client "Received: $reply\n"
exits client 0
# The same in one piece, before the client has ended its half, and short calls.
start client -cut 5 hello_client 127.0.0.1 $server.port
accept c server
send c $reply
shut c
expect c "Hello, server!"
end c
prints client "Received: $reply\n"
exits client 0
random long 2M
start client hello_client 127.0.0.1 $server.port
accept c server
expect c "Hello, server!"
end c
send c $long
close c
prints client "Received: $long\n"
exits client 0
END
}

# 6 points · R1.6 R1.18
# Try: nc -N -l 8888 </dev/null                           (first terminal)
# Try: ./hello_client; echo "status $?"               (second terminal)
# Hint: recv returns 0 at the end of the stream and -1 when the connection
#   breaks. Neither must pass for a reply.
# Ask: recv has three kinds of answers. Which lines of yours deal with each? How
#   does your program know at the end whether anything has come?
# See: recv(2) RETURN VALUE, err(3)
# Read: #the-three-answers-of-recv
# Sketch: remember whether a byte has come
#   behind the loop: was the last answer -1? an error, with the reason in errno
#   nothing has come? an error too, of which errno knows nothing
@test "hello_client takes an empty reply, or a connection that breaks, as an error" {
  needs 2
  play <<'END'
listen server
start client hello_client 127.0.0.1 $server.port
accept c server
expect c "Hello, server!"
end c
close c
fails client
start client hello_client 127.0.0.1 $server.port
accept c server
expect c "Hello, server!"
end c
send c "Hel"
taken c
reset c
fails client
END
}

# 5 points · R1.16
# Try: ./hello_client ::1 8888; ./hello_client localhost 8888
# Hint: getaddrinfo gives a list. Try each address until one answers: localhost is
#   often ::1 as well as 127.0.0.1.
# Ask: A name can be ::1 as well as 127.0.0.1. Which of them does your program
#   try, and what does it do when the first does not answer? Which kind of address
#   has it asked getaddrinfo for, and which kind of socket does it make?
# See: getaddrinfo(3), ipv6(7)
# Read: #a-name-has-several-addresses
# Sketch: for each entry of the list
#     a socket of the family that the entry names; connect; it answers: done
#     else close it, and on to the next entry
#   give up behind the last entry, not behind the first
@test "hello_client takes IPv6 addresses, and tries every address of a name" {
  needs 2
  play <<'END'
ipv6
listen server ::1
start client hello_client ::1 $server.port
accept c server
expect c "Hello, server!"
end c
send c "six"
close c
prints client "Received: six\n"
exits client 0
twofold host
listen server last $host
start client hello_client $host $server.port
accept c server
expect c "Hello, server!"
end c
send c "the last of its addresses"
close c
prints client "Received: the last of its addresses\n"
exits client 0
END
}

# 12 points · R1.7 R1.8
# Try: ./page_client -o page.html example.org && cat page.html
# Try: ./page_client 127.0.0.1 8888 /a?b=c        (with `nc -l 8888` beside it)
# Hint: The request is lines that end in \r\n, and an empty one: GET path
#   HTTP/1.1, Host: name:port, Connection: close. Of the answer, the header goes to
#   standard output, what follows the empty line to the file, and nothing else;
#   how many bytes that were, to standard error.
# Ask: Which bytes end a line of the request, and which end the request? Of the
#   answer, which byte is the last of the header, and which the first of the page?
# See: snprintf(3), fopen(3), RFC 9112 §2.1, RFC 9112 §3.2
# Read: #the-protocol-byte-by-byte
# Sketch: send: GET line, Host line, Connection line, empty line, each with CR LF
#   read a line, print it, again, until it is empty
#   copy all that follows into the file, and nothing else
#   how many bytes that were: to standard error
@test "page_client asks for a page as HTTP wants it, and saves it" {
  play <<'END'
random word 16 text
listen server
start client page_client -o ${word}.html 127.0.0.1 $server.port /a/$word?b=c&d=%20
accept c server
until c "\r\n\r\n" request
crlf request
match request "^GET /a/$word[?]b=c&d=%20 HTTP/1[.]1$" like "GET /a/$word?b=c&d=%20 HTTP/1.1"
match request "^Host:[ 	]*127[.]0[.]0[.]1:$server.port[ 	]*$" anycase like "Host: 127.0.0.1:$server.port"
match request "^Connection:[ 	]*close[ 	]*$" anycase like "Connection: close"
set page "<p>page of $word</p>\n"
set header "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Word: $word\r\nContent-Length: $page.length\r\n"
send c "$header\r\n$page"
taken c
close c
exits client 0
shows client $header
same ${word}.html $page
mentions client $page.length
files ${word}.html
# Without options: the path is /, the file page.html.
start client page_client 127.0.0.1 $server.port
accept c server
until c "\r\n\r\n" request
match request "^GET / HTTP/1[.]1$" like "GET / HTTP/1.1"
send c "HTTP/1.1 200 OK\r\n\r\nwithout a length"
close c
exits client 0
same page.html "without a length"
files ${word}.html page.html
END
}

# 8 points · R1.9 R1.5
# Try: (printf 'HTTP/1.1 200 OK\r\n\r'; sleep 1; printf '\nHi') | nc -N -l 8888
# Try: ./page_client 127.0.0.1 8888 && cat page.html
# Hint: The empty line may come in two pieces, and more may follow it in one
#   piece. The first empty line ends the header; the body may have others, and
#   NUL bytes.
# Ask: If the CR of the empty line came in one piece and its LF in the next, would
#   your program see the empty line? When one piece holds the header and half the
#   page, where does that half go?
# See: fgetc(3), fdopen(3), RFC 9112 §2.2
# Read: #one-recv-is-not-one-message
# Sketch: take byte after byte, from whatever piece it came, until it is '\n': a line
#   a line that is only its end, CR LF or LF: the header is over
#   every byte behind it is the page's, whatever it looks like
@test "page_client finds the first empty line, wherever the stream is cut" {
  needs 6
  play <<'END'
random noise 300
set body "\r\n\r\n\0second part\n\nof it\r\n\r\n$noise"
set header "HTTP/1.1 200 OK\r\nServer: drip\r\n"
listen server
start client page_client 127.0.0.1 $server.port /
accept c server
until c "\r\n\r\n" request
dribble c "$header\r\n$body"
close c
exits client 0
shows client $header
same page.html $body
# Lines may end in a bare LF.
start client page_client 127.0.0.1 $server.port /
accept c server
until c "\r\n\r\n" request
send c "HTTP/1.0 200 OK\nServer: plain\nContent-Length: 12\n\nline\n\nline\r\n"
close c
exits client 0
shows client "HTTP/1.0 200 OK\nServer: plain\nContent-Length: 12\n"
same page.html "line\n\nline\r\n"
# Its own calls may be short, too, and a line long.
fill long 2000 "x"
set header "HTTP/1.1 200 OK\r\nX-Long: $long\r\n"
start client -cut 3 page_client 127.0.0.1 $server.port /a-path-that-does-not-fit
accept c server
until c "\r\n\r\n" request
match request "^GET /a-path-that-does-not-fit HTTP/1[.]1$" like "GET /a-path-that-does-not-fit HTTP/1.1"
send c "$header\r\n$body"
close c
exits client 0
same page.html $body
END
}

# 8 points · R1.10
# Try: printf 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHi, more' | nc -N -l 8888
# Try: ./page_client 127.0.0.1 8888 && cat page.html
# Hint: A line that begins with Content-Length (in any case, with any white space
#   behind the colon) says how many bytes of what follows are the page.
# Ask: The server sends more than it has promised, and does not close. When does
#   your program stop reading? Would it know the field if it were spelled
#   content-LENGTH:5, and not take X-Content-Length for it?
# See: fread(3) RETURN VALUE, strncasecmp(3), RFC 9112 §6.3
# Read: #the-protocol-byte-by-byte
# Sketch: left: what Content-Length says
#   until left is 0: ask for an array full, or for left, whichever is less
#     write what came; so much less is left
@test "page_client saves just the bytes that Content-Length promises" {
  needs 6
  play <<'END'
listen server
start client page_client 127.0.0.1 $server.port /
accept c server
until c "\r\n\r\n" request
offer c "HTTP/1.1 200 OK\r\nX-Content-Length: 3\r\ncontent-LENGTH:5\r\n\r\nHello, and this is not part of it"
close c
exits client 0
same page.html "Hello"
start client page_client -o empty 127.0.0.1 $server.port /
accept c server
until c "\r\n\r\n" request
offer c "HTTP/1.1 200 OK\r\nContent-Length:   0  \r\n\r\nnothing of this"
close c
exits client 0
same empty ""
files page.html empty
END
}

# 9 points · R1.10 R1.12 R1.18
# Try: printf 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nHi' | nc -N -l 8888
# Try: ./page_client 127.0.0.1 8888; echo "status $?"; ls
# Hint: Write to another name in the same folder, and rename that when all has
#   come; remove it when something goes wrong.
# Ask: At what moment does the file of that name appear, or change? What is in it
#   when the connection breaks right after that? And does your number have room
#   for a page of 5 GB?
# See: rename(2), fread(3) RETURN VALUE, ferror(3)
# Read: #part-of-a-file-is-worse-than-no-file
# Sketch: write to another name in the same folder
#   fewer bytes than promised, or a connection that breaks: say so and end;
#     the other name goes, the wanted one was never touched
#   all is there: now, and only now, the other name becomes the wanted one
@test "page_client keeps nothing of a page that breaks off" {
  needs 6
  play <<'END'
file kept "the page of yesterday\n"
listen server
start client page_client -o kept 127.0.0.1 $server.port /
accept c server
until c "\r\n\r\n" request
send c "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhalf a page"
close c
fails client
same kept "the page of yesterday\n"
start client page_client -o new 127.0.0.1 $server.port /
accept c server
until c "\r\n\r\n" request
send c "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhalf a page"
close c
fails client
files kept
# More than 4 GiB are promised: 5 in the last 32 bits of the number.
start client page_client -o new 127.0.0.1 $server.port /
accept c server
until c "\r\n\r\n" request
send c "HTTP/1.1 200 OK\r\nContent-Length: 4294967301\r\n\r\nHello"
close c
fails client
files kept
# A connection that breaks, length or not.
start client page_client -o new 127.0.0.1 $server.port /
accept c server
until c "\r\n\r\n" request
send c "HTTP/1.1 200 OK\r\n\r\nhalf a page"
taken c
reset c
fails client
files kept
same kept "the page of yesterday\n"
END
}

# 5 points · R1.11 R1.12
# Try: printf 'HTTP/1.1 200 OK\r\nServer: x\r\n' | nc -N -l 8888
# Try: ./page_client 127.0.0.1 8888; echo "status $?"
# Hint: When the stream ends and no empty line has come, there is no page.
# Ask: What does your program do when the stream ends and the empty line has not
#   come? And when a line is longer than its array?
# See: fgetc(3) RETURN VALUE, ferror(3), RFC 9112 §8
# Read: #the-three-answers-of-recv, #errors-say-what-was-tried
# Sketch: the next byte is EOF: did the connection break? say why
#     else the server has closed before the end: say that
#   no room for one byte more and the NUL: an error as well
@test "page_client takes a header without an end, or nothing, as an error" {
  needs 6
  play <<'END'
listen server
start client page_client 127.0.0.1 $server.port /
accept c server
until c "\r\n\r\n" request
send c "HTTP/1.1 200 OK\r\nServer: breaks off\r\n"
close c
fails client
start client page_client 127.0.0.1 $server.port /
accept c server
until c "\r\n\r\n" request
close c
fails client
# More than any header has, and still no end.
fill line 200000 "x"
start client page_client 127.0.0.1 $server.port /
accept c server
until c "\r\n\r\n" request
offer c "HTTP/1.1 200 OK\r\nX-Long: $line"
close c
fails client
dead nobody
start client page_client 127.0.0.1 $nobody.port /
fails client
files
END
}

# 5 points · R1.13 R1.16 R1.7
# Try: ./page_client ::1 8888                      (with `nc -l ::1 8888` beside it)
# Hint: 404 comes with a page as 200 does. In Host an IPv6 address stands in
#   brackets: Host: [::1]:8888.
# Ask: Does your program look at the status, and what for? In Host: ::1:8888,
#   where does the address end and where does the port begin?
# See: strchr(3), RFC 9112 §3.2, RFC 9110 §15, RFC 3986 §3.2.2
# Read: #the-protocol-byte-by-byte
# Sketch: a colon in the host: it is an IPv6 address, and gets its brackets
#   whatever the status: print the header, save the body, end with 0
@test "page_client saves the page of a 404, and speaks to IPv6 addresses" {
  needs 6
  play <<'END'
set header "HTTP/1.1 404 Not Found\r\nContent-Length: 13\r\n"
listen server
start client page_client -o 404.html 127.0.0.1 $server.port /none
accept c server
until c "\r\n\r\n" request
send c "$header\r\nnot here, no\n"
close c
exits client 0
shows client $header
same 404.html "not here, no\n"
ipv6
listen server ::1
start client page_client ::1 $server.port /
accept c server
until c "\r\n\r\n" request
match request "^Host:[ 	]*\\[::1\\]:$server.port[ 	]*$" anycase like "Host: [::1]:$server.port"
send c "HTTP/1.1 200 OK\r\n\r\nsix"
close c
exits client 0
same page.html "six"
END
}

# 5 points · R1.14
# Try: (printf 'HTTP/1.1 200 OK\r\n\r\n'; head -c 16M /dev/zero) | nc -N -l 8888
# Try: /usr/bin/time -v ./page_client 127.0.0.1 8888
# Hint: Write each piece into the file before you receive the next; no buffer
#   needs to hold the page.
# Ask: When 8 MB of the page have come, how much of it is in your program's
#   memory? What is it kept for?
# See: fread(3), fwrite(3)
# Read: #any-size
# Sketch: one array of some thousand bytes
#   until the page is whole: fill it, write what is in it, and fill it again
@test "page_client saves a large page in little memory" {
  needs 6
  play <<'END'
random body 16777215
listen server
start client page_client 127.0.0.1 $server.port /
accept c server
until c "\r\n\r\n" request
send c "HTTP/1.1 200 OK\r\nContent-Length: 16777216\r\n\r\n" $body
taken c
lean client 12
send c "."
close c
exits client 0
same page.html $body "."
END
}

# 4 points · R1.1 R1.7
# Try: ./hello_client                              (with `nc -l 8888` beside it)
# Hint: Without arguments the host is 127.0.0.1 and the port 8888; page_client goes
#   to port 80, and its Host line then has no port.
# Ask: Which host and which port does your program take when its command line
#   names none of them, or only the host? With which port does page_client leave
#   the port out of its Host line?
# See: getopt(3)
# Read: #the-command-line
# Sketch: behind the options: the first word, if there is one, is the host
#   the second, if there is one, is the port; page_client has a third, the path
#   for those that are not there: the values of R1.1 and R1.7
@test "both clients have the right places to go to without being told" {
  needs 2 6
  play <<'END'
alone 8888 80
listen server 127.0.0.1 8888
start client hello_client
accept c server
expect c "Hello, server!"
end c
send c "default"
close c
prints client "Received: default\n"
exits client 0
start client hello_client 127.0.0.1
accept c server
expect c "Hello, server!"
send c "port"
close c
prints client "Received: port\n"
listen web 127.0.0.1 80
start client page_client 127.0.0.1
accept c web
until c "\r\n\r\n" request
match request "^GET / HTTP/1[.]1$" like "GET / HTTP/1.1"
match request "^Host:[ 	]*127[.]0[.]0[.]1[ 	]*$" anycase like "Host: 127.0.0.1"
send c "HTTP/1.1 200 OK\r\n\r\npage"
close c
exits client 0
same page.html "page"
END
}

# 4 points · R1.17
# Try: ./hello_client 127.0.0.1 80x; echo "status $?"
# Try: ./page_client; echo "status $?"
# Hint: getopt returns '?' for an unknown option. strtol tells by its second
#   argument where the number ended. getaddrinfo takes port 65536 for port 0.
# Ask: What number does your program make of 80x, and of -1, and of 65536? Which
#   line of it counts the words?
# See: getopt(3) RETURN VALUE, strtoul(3)
# Read: #the-command-line
# Sketch: an unknown option, a word too many or too few: usage, status 2
#   the port: digits, at least one, and nothing else; at most 65535
@test "both clients explain a wrong command line and leave with status 2" {
  needs 2 6
  play <<'END'
start a hello_client 127.0.0.1 80x
complains a 2
start a hello_client 127.0.0.1 8888 more
complains a 2
start a hello_client -z
complains a 2
start a hello_client 127.0.0.1 -- -1
complains a 2
listen wrapped
start a hello_client 127.0.0.1 $wrapped.over
complains a 1-2
start b page_client
complains b 2
start b page_client 127.0.0.1 80 / more
complains b 2
start b page_client -z 127.0.0.1
complains b 2
start b page_client 127.0.0.1 eighty
complains b 2
start b page_client 127.0.0.1 $wrapped.over /
complains b 1-2
files
END
}

# 10 stretch points · R1.15
# Try: printf 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nHi\r\n0\r\n\r\n' | nc -N -l 8888
# Try: ./page_client 127.0.0.1 8888 && cat page.html
# Hint: Each chunk is a line with its size in hexadecimal, that many bytes, and
#   an empty line; a chunk of size 0 ends the page (RFC 9112, section 7.1).
# Ask: Behind the line with a chunk's size, which bytes are the page's and which
#   are not? How does a chunked page end, and what is it when the stream ends
#   before that?
# See: strtol(3), RFC 9112 §7.1
# Read: #the-protocol-byte-by-byte
# Sketch: a line, and the hexadecimal number it begins with
#   so many bytes to the file; then a line end, which is not the page's
#   the same again, until the number is 0; then lines up to an empty one
#   the stream ends before that empty line: an error
@test "page_client decodes a chunked page" {
  needs 6
  play <<'END'
random noise 500
set head "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
listen server
start client page_client 127.0.0.1 $server.port /
accept c server
until c "\r\n\r\n" request
send c "$head\r\n5\r\nHello\r\n1f4;name=value\r\n$noise\r\n00A\r\n\r\n\r\n0123\r\n\r\n0\r\nTrailer: x\r\n\r\n"
close c
exits client 0
shows client $head
same page.html "Hello$noise\r\n\r\n0123\r\n"
start client page_client 127.0.0.1 $server.port /
accept c server
until c "\r\n\r\n" request
dribble c "$head\r\n5\r\nHello\r\nb\r\n\0byte\r\nbyte\r\n0\r\n\r\n"
close c
exits client 0
same page.html "Hello\0byte\r\nbyte"
# Without the last chunk it is not whole.
start client page_client -o new 127.0.0.1 $server.port /
accept c server
until c "\r\n\r\n" request
send c "$head\r\n5\r\nHello\r\n"
close c
fails client
files page.html
END
}
