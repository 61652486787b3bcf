# Checks of lab 02: the first servers. The words of the conversations are
# explained at the head of tools/play.c.
# Programs: hello_server echo_server

load lib/check

# 8 points · R2.1 R2.2
# Try: ./hello_server 127.0.0.1 8888 | cat     (the line must come at once)
# Hint: socket, bind, listen; then getsockname tells the address and port that the
#   socket really has. Into a pipe stdio keeps its lines back, unless setvbuf makes
#   standard output line-buffered.
# Ask: From which call on can clients reach a socket? When the command line says
#   port 0, who knows what it has become? And when does a line that you print get
#   into a pipe?
# See: listen(2), getsockname(2), setvbuf(3)
# Read: #two-sockets-two-jobs, #standard-output-into-a-pipe
# Sketch: an address of the list: a socket, its option, its address, and then listen
#   all went well: this is the listener; else close it, and the next address
#   ask the socket itself where it is, and print that, not the command line
@test "hello_server listens where it is told, and says so" {
  play <<'END'
port told
start server hello_server 127.0.0.1 $told
listening server 127.0.0.1 $told
says server "listening on 127.0.0.1 port $told"
start chosen hello_server 127.0.0.1 0
listening chosen 127.0.0.1
says chosen "listening on 127.0.0.1 port $chosen.port"
END
}

# 14 points · R2.3 R2.4 R2.5 R2.6 R2.2
# Try: ./hello_server                         (first terminal)
# Try: nc 127.0.0.1 8888                      (second terminal: type lines, then Ctrl-C)
# Hint: accept, then recv and answer until recv returns 0, then close and accept
#   the next. The answer is 14 bytes: strlen, no NUL.
# Ask: When the talk with one client is over, which line does your server run
#   next? Of its two sockets, on which does it receive, and which does it close?
# See: accept(2), recv(2) RETURN VALUE, send(2), close(2)
# Read: #two-sockets-two-jobs
# Sketch: for ever:
#     accept a client, and print where it comes from
#     a piece has come: print it, answer it; until recv says that it was the last
#     close the client, not the listener, and say so
@test "hello_server answers each piece, and takes the next client" {
  needs 1
  play <<'END'
random first 10 text
start server hello_server 127.0.0.1 0
listening server
connect a server
says server "connection from 127.0.0.1 port $a.port"
send a $first
expect a "Hello, client!"
received server $first
send a "a second piece"
expect a "Hello, client!"
received server "a second piece"
never server "connection closed"
shut a
only a "Hello, client!"
says server "connection closed"
answered server a "Hello, client!"
close a
# The next one says something and leaves at once; the one behind it waits.
connect b server
connect c server
send b "b"
expect b "Hello, client!"
close b
logs server "connection from 127.0.0.1 port $b.port"
received server "b"
says server "connection closed"
logs server "connection from 127.0.0.1 port $c.port"
send c "c"
expect c "Hello, client!"
received server "c"
shut c
only c "Hello, client!"
says server "connection closed"
idle server
END
}

# 8 points · R2.4 R2.5
# Try: printf 'a\0b\r\nGr\303\274\303\237e' | nc -N 127.0.0.1 8888
# Hint: What recv gives is bytes, with no NUL behind them and perhaps some among
#   them: fwrite(data, 1, n, stdout), not printf("%s").
# Ask: What stands in your array behind the last byte that recv has put there?
#   What does printf do at a NUL, and what at a %?
# See: recv(2) RETURN VALUE, fwrite(3)
# Read: #a-piece-is-not-a-string-either
# Sketch: first the word and its space
#   then as many bytes of the array as recv has said, whatever they are
#   then the newline, also when the data had one
@test "hello_server prints what it receives byte for byte" {
  needs 2
  play <<'END'
start server hello_server 127.0.0.1 0
listening server
connect a server
send a "one\0two\0\0"
expect a "Hello, client!"
received server "one\0two\0\0"
send a "%s%n\r\nGr\xc3\xbc\xc3\x9fe, \xff\x01 \\n"
expect a "Hello, client!"
received server "%s%n\r\nGr\xc3\xbc\xc3\x9fe, \xff\x01 \\n"
random long 1000 text
send a $long
expect a "Hello, client!"
received server $long
send a "a line\r\n"
expect a "Hello, client!"
received server "a line\r\n"
send a "short"
expect a "Hello, client!"
received server "short"
# More than any buffer holds: however many pieces it becomes, each is answered.
fill big 20000 "x"
send a $big
shut a
only a "Hello, client!"
received server $big
says server "connection closed"
END
}

# 9 points · R2.9 R2.5
# Try: ./hello_server, and in a second terminal:
# Try: yes | nc 127.0.0.1 8888 >/dev/null  (end it with Ctrl-C), then: nc 127.0.0.1 8888
# Hint: A send to a client that has gone raises SIGPIPE: ignore the signal, and send
#   returns -1. What goes wrong with one client must end that client only.
# Ask: The client has gone, and your server sends to it, twice. What happens at
#   the second time? Which of its calls can fail because of one client, and where
#   does each failure lead?
# See: send(2) ERRORS, signal(7), err(3)
# Read: #one-clients-error-is-not-the-servers, #servers-and-sigpipe
# Sketch: before the first client: SIGPIPE is to be ignored
#   recv or send fails: a warning, and out of this talk, on to its close
#   accept fails: a warning, and accept again
@test "hello_server outlives clients that leave early or reset" {
  needs 2
  play <<'END'
fill much 2000 "x"
start server -cut 16 -cutout 5 hello_server 127.0.0.1 0
listening server
# While a is served, b sends more than one piece and is gone before its turn.
connect a server
send a "a"
expect a "Hello, client!"
connect b server
send b $much
close b
shut a
only a "Hello, client!"
close a
connect r server
send r $much
reset r
connect q server
close q
connect d server
send d "still there?"
expect d "Hello, client!"
reset d
connect e server
send e "and now?"
expect e "Hello, client!"
says server "connection from 127.0.0.1 port $e.port"
shut e
only e "Hello, client!"
says server "connection closed"
idle server
END
}

# 8 points · R2.10
# Try: ./hello_server, and: for i in $(seq 1000); do echo | nc -N 127.0.0.1 8888; done
# Try: ls /proc/$(pidof hello_server)/fd
# Hint: Close the client's descriptor on every way out.
# Ask: How many descriptors does your server have open when the third client is
#   there? Which ways lead out of the talk with a client, and which of them past
#   close?
# See: close(2), accept(2) ERRORS, proc(5)
# Read: #give-it-back
# Sketch: one place that accepts; in the same loop, one place that closes
#   the talk between them returns, from wherever it is, and never exits
@test "hello_server serves 1,000 clients one after another" {
  needs 2
  play <<'END'
start server -files 40 hello_server 127.0.0.1 0
listening server
times 500
connect a server
send a "client $round"
expect a "Hello, client!"
close a
connect b server
reset b
done
connect last server
send last "last"
expect last "Hello, client!"
shut last
only last "Hello, client!"
idle server
END
}

# 12 points · R2.7 R2.8 R2.2
# Try: ./echo_server, and: printf 'Hello\0\r\n' | nc -N 127.0.0.1 7777 | od -c
# Hint: Send back the n bytes that recv gave, all of them; when recv returns 0, close.
# Ask: Which bytes of your array do you send back: those that have come, all it
#   has room for, or those before a NUL? What tells the client that it has got
#   everything?
# See: recv(2) RETURN VALUE, send(2), close(2)
# Read: #the-protocol-byte-by-byte, 01-tcp-client.md#a-length-not-a-string
# Sketch: recv says how many bytes have come: so many go back, and no more
#   it says 0: the client has ended, all is sent; close, and take the next
@test "echo_server sends back every byte until the end of the stream" {
  play <<'END'
random noise 600
start server echo_server 127.0.0.1 0
listening server
says server "listening on 127.0.0.1 port $server.port"
connect a server
send a "Hello"
expect a "Hello"
send a "\0NUL\0\r\nGr\xc3\xbc\xc3\x9fe\xff\x1a\n"
expect a "\0NUL\0\r\nGr\xc3\xbc\xc3\x9fe\xff\x1a\n"
dribble a $noise
expect a $noise
shut a
end a
close a
# All at once, and the client only reads from then on.
connect b server
send b $noise $noise
shut b
expect b $noise $noise
end b
idle server
END
}

# 9 points · R2.8
# Try: ./echo_server, and: head -c 8388608 /dev/zero | nc -N 127.0.0.1 7777 | wc -c
# Hint: A client may send a long time before it reads. Then send takes fewer bytes
#   than it was given, or waits; either way no byte may get lost.
# Ask: The client does not read yet, and the kernel's buffers are full. What does
#   your send do then, and how do you know how many of the bytes it has taken?
# See: send(2) RETURN VALUE, tcp(7)
# Read: 01-tcp-client.md#a-send-may-take-less
# Sketch: a piece is done with when its last byte is sent
#   only then is the next one received
@test "echo_server loses nothing of 8 MB, whose client reads late and slowly" {
  needs 6
  play <<'END'
random much 8M text
start server echo_server 127.0.0.1 0
listening server
small a
connect a server
stuff a $much
shut a
expect a $much
end a
END
}

# 5 points · R2.7
# Hint: send returns how many bytes it took. When that is fewer than you gave it,
#   call it again with the rest: send_all.
# Try: (the grader makes every send take at most 7 bytes: make replay)
# Ask: send was given 100 bytes and has returned 7. Who sends the other 93, and
#   from where in the array?
# See: send(2) RETURN VALUE
# Read: 01-tcp-client.md#a-send-may-take-less
# Sketch: as long as bytes are left: send what is left
#     it has taken some: go on behind them, with so many fewer
@test "echo_server goes on when send takes only a part" {
  needs 6
  play <<'END'
random noise 5000 text
start server -cutout 7 echo_server 127.0.0.1 0
listening server
connect a server
send a $noise
shut a
expect a $noise
end a
close a
fill text 100 "0123456789"
connect b server
send b $text
expect b $text
END
}

# 7 points · R2.9 R2.10
# Try: ./echo_server, and: yes | nc 127.0.0.1 7777 >/dev/null  (end it with Ctrl-C), then: nc 127.0.0.1 7777
# Hint: A send to a client that has gone raises SIGPIPE: ignore the signal, and send
#   returns -1. What goes wrong with one client must end that client only.
# Ask: A client sends, closes, and is gone before your answer. Which signal does
#   your process get, and who has said what it is to do then? What is still open
#   when a talk breaks off?
# See: signal(7), send(2) ERRORS, close(2)
# Read: #servers-and-sigpipe, #give-it-back
# Sketch: before the first client: SIGPIPE is to be ignored
#   trouble with a client: a warning, and back to the loop that accepts,
#     by way of the close
@test "echo_server outlives 1,000 clients, early leavers among them" {
  needs 6
  play <<'END'
fill much 3000 "x"
start server -files 40 -cut 700 echo_server 127.0.0.1 0
listening server
connect a server
send a "a"
expect a "a"
connect b server
send b $much
close b
shut a
end a
close a
connect c server
send c $much
reset c
times 250
connect d server
send d "client $round"
expect d "client $round"
close d
connect e server
send e "gone"
reset e
connect d server
send d "client $round"
expect d "client $round"
close d
connect f server
close f
done
connect last server
send last "last"
expect last "last"
shut last
end last
idle server
END
}

# 5 points · R2.12
# Try: ./hello_server ::1 8888; nc ::1 8888
# Try: ./hello_server localhost 8888
# Hint: getaddrinfo, with no family given, takes names and both kinds of address;
#   struct sockaddr_storage has room for both, getnameinfo prints both.
# Ask: Where in your program does IPv4 hide: in AF_INET, in a struct sockaddr_in,
#   in an array that is too short for the text of an IPv6 address?
# See: getaddrinfo(3), getnameinfo(3), ipv6(7)
# Read: 01-tcp-client.md#a-name-has-several-addresses, #byte-order
# Sketch: ask getaddrinfo for any family, and take the family from its answers
#   keep a client's address in something that has room for every kind
#   have it written out by the counterpart of getaddrinfo, in numbers
@test "both servers listen on IPv6 addresses and names" {
  needs 2 6
  play <<'END'
ipv6
start server hello_server ::1 0
listening server ::1
says server "listening on ::1 port $server.port"
connect a server
says server "connection from ::1 port $a.port"
send a "six"
expect a "Hello, client!"
received server "six"
start echo echo_server ::1 0
listening echo ::1
says echo "listening on ::1 port $echo.port"
connect b echo
send b "six"
expect b "six"
twofold host
listen name last $host
start named echo_server $host 0
listening named
END
}

# 5 points · R2.11
# Try: ./hello_server; while `nc 127.0.0.1 8888` is connected, stop it with Ctrl-C and start it again
# Hint: setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, ...) before bind.
# Ask: The server was stopped while a client was connected. Who holds its port for
#   the next minute, and why? Which option says that you know, and before which
#   call must it be set?
# See: socket(7) SO_REUSEADDR, setsockopt(2), bind(2) ERRORS
# Read: #so_reuseaddr-and-time_wait
# Sketch: a socket; the option, on that socket; its address; listen
#   and a look at what each of them returns
@test "both servers can be started again on their port at once" {
  needs 2 6
  play <<'END'
port told
start server hello_server 127.0.0.1 $told
listening server
connect a server
send a "a"
expect a "Hello, client!"
kill server
gone a
close a
start again hello_server 127.0.0.1 $told
listening again
port other
start server echo_server 127.0.0.1 $other
listening server
connect a server
send a "a"
expect a "a"
kill server
gone a
close a
start again echo_server 127.0.0.1 $other
listening again
END
}

# 4 points · R2.1
# Try: ./hello_server & ./echo_server &
# Hint: Without arguments both listen on 127.0.0.1: hello_server on port 8888,
#   echo_server on port 7777.
# Ask: Which host and port does your program take when nobody names one? Are they
#   its own, or those of the program that it was copied from?
# See: getopt(3)
# Read: #requirements, 01-tcp-client.md#the-command-line
# Sketch: no word: 127.0.0.1, and this program's port
#   one word: the host; two words: host and port
@test "both servers have the right places to listen on without being told" {
  needs 1 6
  play <<'END'
alone 8888 7777
start server hello_server
listening server 127.0.0.1 8888
says server "listening on 127.0.0.1 port 8888"
start echo echo_server
listening echo 127.0.0.1 7777
says echo "listening on 127.0.0.1 port 7777"
connect a echo
send a "a"
expect a "a"
END
}

# 3 points · R2.13
# Try: ./hello_server 127.0.0.1 80x; echo "status $?"
# Hint: getopt returns '?' for an unknown option. strtol tells by its second
#   argument where the number ended. getaddrinfo takes port 65536 for port 0.
# Ask: What number does your program make of 80x, and of -7? What does getaddrinfo
#   make of port 65536? Which line of yours counts the words?
# See: getopt(3) RETURN VALUE, strtoul(3)
# Read: 01-tcp-client.md#the-command-line
# Sketch: an unknown option, or a word too many: usage, status 2
#   the port: digits, at least one, and nothing else; at most 65535
@test "both servers explain a wrong command line and leave with status 2" {
  needs 1 6
  play <<'END'
start a hello_server 127.0.0.1 80x
complains a 2
start a hello_server 127.0.0.1 0 more
complains a 2
start a hello_server -z
complains a 2
start a hello_server 127.0.0.1 65536
complains a 1-2
start b echo_server 127.0.0.1 seven
complains b 2
start b echo_server 127.0.0.1 0 more
complains b 2
start b echo_server -z
complains b 2
start b echo_server 127.0.0.1 -- -7
complains b 2
start b echo_server 127.0.0.1 70000
complains b 1-2
END
}

# 3 points · R2.14
# Try: ./hello_server & ./hello_server; echo "status $?"
# Hint: bind returns -1 when the port is in use: err(1, ...).
# Ask: Another server has the port. Which of your calls notices, and does anybody
#   look at its result? Would a stranger at the terminal learn which port it was,
#   and what is wrong with it?
# See: bind(2) ERRORS, err(3)
# Read: 01-tcp-client.md#errors-say-what-was-tried
# Sketch: bind fails: keep errno, close the socket, try the next address
#   no address is left: errno as it was kept, and err with host and port
@test "both servers say why when their port is in use" {
  needs 1 6
  play <<'END'
start first hello_server 127.0.0.1 0
listening first
start a hello_server 127.0.0.1 $first.port
fails a
start second echo_server 127.0.0.1 0
listening second
start b echo_server 127.0.0.1 $second.port
fails b
END
}
