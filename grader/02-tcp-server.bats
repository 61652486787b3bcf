# Checks of lab 02: the first servers. The words of the conversations are
# explained at the head of tools/play.c.
# Programs: hello_server echo_server

load lib/check

# 8 points · R2.1 R2.2
# Try: ./hello_server 127.0.0.1 8888 | cat     (the line must come at once)
# Hint: socket, bind, listen; then getsockname tells the address and port that the
#   socket really has. Into a pipe stdio keeps its lines back, unless setvbuf makes
#   standard output line-buffered.
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
