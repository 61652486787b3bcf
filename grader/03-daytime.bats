# Checks of lab 03: a whole service. The words of the conversations are explained
# at the head of tools/play.c.
# Programs: daytime_server daytime_client

load lib/check

# 8 points · R3.7 R3.6
# Try: ./daytime_server 127.0.0.1 9999 | cat     (the line must come at once)
# Hint: What hello_server of lab 02 does: open_listener, then a line with the address
#   and port that the socket really has, flushed.
# Ask: From which call on can clients reach your server, and does the line come
#   after it? Which port does it name when the command line says 0? When does it
#   get into a pipe?
# See: listen(2), getsockname(2), setvbuf(3)
# Read: 02-tcp-server.md#two-sockets-two-jobs, 02-tcp-server.md#standard-output-into-a-pipe
# Sketch: what hello_server does at its start, in the same order
#   net.h has both parts: one that opens, one that says where
@test "daytime_server listens where it is told, and says so" {
  play <<'END'
port told
start server daytime_server 127.0.0.1 $told
listening server 127.0.0.1 $told
says server "listening on 127.0.0.1 port $told"
start chosen daytime_server 127.0.0.1 0
listening chosen 127.0.0.1
says chosen "listening on 127.0.0.1 port $chosen.port"
idle chosen
END
}

# 14 points · R3.1 R3.3 R3.5
# Try: ./daytime_server, and: nc -d 127.0.0.1 9999; date; nc -d 127.0.0.1 9999; date
# Hint: clock_gettime(CLOCK_REALTIME, ...) for each client, localtime_r, strftime
#   for the seconds and %06ld for the microseconds.
# Ask: When does your program read the clock: before it waits for the client, or
#   after? How many times for one answer? Which line prints where the client comes
#   from?
# See: clock_gettime(2), localtime(3), strftime(3)
# Read: #one-clock-read-once, #the-protocol-byte-by-byte
# Sketch: for each client, when it is there: read the clock, once
#   its seconds: as local date and time, into the text
#   its nanoseconds: as microseconds, behind a point; a newline; send the text
@test "daytime_server sends the date and time of this very request" {
  needs 1
  play <<'END'
start server daytime_server 127.0.0.1 0
listening server
connect a server
clock a
close a
says server "connection from 127.0.0.1 port $a.port"
later 200
connect b server
clock b
close b
says server "connection from 127.0.0.1 port $b.port"
later 100
connect c server
clock c
idle server
END
}

# 8 points · R3.1
# Try: ./daytime_server, and: for i in $(seq 30); do nc -d 127.0.0.1 9999; done
# Hint: Each field has a fixed width, with zeros in front: %02d, %06ld. tm_year
#   counts from 1900, tm_mon from 0.
# Ask: How does your program write 42 microseconds, and how the 5th of January?
#   How many characters should each have?
# See: strftime(3), printf(3)
# Read: #zero-padding
# Sketch: date and time of day: strftime knows the widths, and counts years and months right
#   microseconds: six digits, with zeros in front, never with blanks
@test "daytime_server pads every field with zeros" {
  needs 2
  play <<'END'
start server SHIM_TIME=1104876245.000042 TZ=UTC0 daytime_server 127.0.0.1 0
listening server
connect a server
date a UTC0 1104876245.000042
start other SHIM_TIME=1262304000.000000 TZ=UTC0 daytime_server 127.0.0.1 0
listening other
connect b other
date b UTC0 1262304000.000000
start real daytime_server 127.0.0.1 0
listening real
times 150
connect c real
date c
close c
done
END
}

# 9 points · R3.2
# Try: TZ=Asia/Kolkata ./daytime_server, and: nc -d 127.0.0.1 9999; date
# Hint: localtime_r knows the zone of TZ, with summer time and half hours; gmtime_r
#   does not.
# Ask: Which call of yours turns seconds into an hour, and does it look at TZ? If
#   the zone of your machine is UTC, what would you have to type to see the
#   difference?
# See: localtime(3), tzset(3)
# Read: #local-time-and-time-zones
# Sketch: at the start, once: let the library look at TZ
#   for each answer: seconds to local date and time, not to UTC
#   no hours added by hand: the zone knows its summer time
@test "daytime_server tells the time of the zone in TZ" {
  needs 2
  play <<'END'
start india TZ=IST-5:30 daytime_server 127.0.0.1 0
listening india
connect a india
clock a IST-5:30
start west TZ=<-0930>9:30 daytime_server 127.0.0.1 0
listening west
connect b west
clock b <-0930>9:30
start summer TZ=EST5EDT,M3.2.0,M11.1.0 SHIM_TIME=1720000000.500000 daytime_server 127.0.0.1 0
listening summer
connect c summer
clock c EST5EDT,M3.2.0,M11.1.0 1720000000.500000
start winter TZ=EST5EDT,M3.2.0,M11.1.0 SHIM_TIME=1705000000.500000 daytime_server 127.0.0.1 0
listening winter
connect d winter
clock d EST5EDT,M3.2.0,M11.1.0 1705000000.500000
END
}

# 7 points · R3.4
# Try: ./daytime_server, and in two terminals: telnet 127.0.0.1 9999
# Hint: Send, close, accept the next: nothing is to be received.
# Ask: For what does your server wait between accept and close? Who speaks first
#   in this protocol, and who ends it?
# See: accept(2), shutdown(2), close(2)
# Read: #who-speaks-first, #the-end-of-the-stream-is-the-end-of-the-message
# Sketch: a client is there: its time goes out, then the end of the stream, then close
#   no receive anywhere; then the next client
@test "daytime_server closes at once and waits for nothing" {
  needs 2
  play <<'END'
start server daytime_server 127.0.0.1 0
listening server
# None of these says anything, and none closes its end.
connect a server
clock a
connect b server
clock b
connect c server
clock c
connect d server
shut d
clock d
END
}

# 8 points · R3.8
# Try: ./daytime_server, and: for i in $(seq 100); do nc -z 127.0.0.1 9999; done; nc -d 127.0.0.1 9999
# Hint: A send to a client that has gone raises SIGPIPE: ignore the signal, and send
#   returns -1. What goes wrong with one client must end that client only.
# Ask: Some clients are gone before their turn, some reset, one sends a request.
#   Which of your calls can fail because of that, and what does your program do
#   then? Which signal comes when it sends to one that has gone?
# See: send(2) ERRORS, signal(7), shutdown(2)
# Read: 02-tcp-server.md#one-clients-error-is-not-the-servers, #a-reset-can-take-the-answer-with-it
# Sketch: before the first client: SIGPIPE is to be ignored
#   a send that fails: a warning, a close, the next client
#   a send that went well: end the stream first, close then
@test "daytime_server outlives clients that leave early or reset" {
  needs 2
  play <<'END'
start server -cut 1 daytime_server 127.0.0.1 0
listening server
times 40
connect a server
close a
connect b server
reset b
connect c server
clock c
close c
done
connect r server
offer r "GET / HTTP/1.1\r\n\r\n"
close r
connect c server
clock c
idle server
END
}

# 7 points · R3.8
# Try: ./daytime_server, and: for i in $(seq 1000); do nc -d 127.0.0.1 9999; done; ls /proc/$(pidof daytime_server)/fd
# Hint: Close the client's descriptor on every way out.
# Ask: How many descriptors does your server have open when the third client is
#   there? Which ways lead from accept back to accept, and which of them past
#   close?
# See: close(2), accept(2) ERRORS, proc(5)
# Read: 02-tcp-server.md#give-it-back
# Sketch: in the loop: accept, send, close, whatever became of the send
@test "daytime_server serves 1,000 clients one after another" {
  needs 2
  play <<'END'
start server -files 40 daytime_server 127.0.0.1 0
listening server
times 1000
connect a server
clock a
close a
done
idle server
END
}

# 5 points · R3.9
# Try: ./daytime_server, nc -d 127.0.0.1 9999, then stop the server with Ctrl-C and start it again
# Hint: The server closes first, so its port is held for a while after (TIME_WAIT):
#   SO_REUSEADDR before bind.
# Ask: Which side closes first in this service, and what does the kernel keep of
#   the connection after that? What does it take for a new server to get the port
#   all the same, and when must it be said?
# See: socket(7) SO_REUSEADDR, bind(2) ERRORS
# Read: #the-server-closes-first, 02-tcp-server.md#so_reuseaddr-and-time_wait
# Sketch: a socket; the option that allows it, on that socket; only then its address
@test "daytime_server can be started again on its port at once" {
  needs 2
  play <<'END'
port told
start server daytime_server 127.0.0.1 $told
listening server
connect a server
clock a
close a
kill server
start again daytime_server 127.0.0.1 $told
listening again
connect b again
clock b
END
}

# 11 points · R3.10
# Try: ./daytime_server &  ./daytime_client
# Hint: Print what recv gives, with fwrite, until it returns 0; add nothing.
# Ask: What does your client print that the server has not sent, and what has the
#   server sent that it does not print?
# See: recv(2) RETURN VALUE, fwrite(3)
# Read: #the-end-of-the-stream-is-the-end-of-the-message
# Sketch: until recv says that this was all: write what has come, as it is
#   nothing before it, nothing behind it
@test "daytime_client prints what the server sends, as it came" {
  play <<'END'
random word 9 text
listen server
start client daytime_client 127.0.0.1 $server.port
accept c server
send c "2023-04-19 17:04:30.293444 $word\n"
close c
prints client "2023-04-19 17:04:30.293444 $word\n"
exits client 0
# A real server.
start real reference:daytime_server 127.0.0.1 0
listening real
start again daytime_client 127.0.0.1 $real.port
exits again 0
END
}

# 7 points · R3.10
# Try: (printf '2023-'; sleep 1; printf '04-19\n') | nc -N -l 9999, and ./daytime_client
# Hint: One recv is not one answer: the stream ends when recv returns 0. What came
#   is bytes, not a C string.
# Ask: If the answer came one byte at a time, how often would your program call
#   recv? If it held a NUL, or were 1 MB long, what would be printed?
# See: recv(2) RETURN VALUE, fwrite(3)
# Read: 01-tcp-client.md#one-recv-is-not-one-message, 01-tcp-client.md#a-length-not-a-string
# Sketch: again and again: so many bytes as recv has said, to standard output
#   until it says 0, and not before
@test "daytime_client prints an answer that is cut anywhere, of any bytes and any length" {
  needs 9
  play <<'END'
set date "2023-04-19 17:04:30.293444\n"
set bytes "no line end \0 NUL \r\n Gr\xc3\xbc\xc3\x9fe %s \xff"
listen server
start client daytime_client 127.0.0.1 $server.port
accept c server
dribble c $date $bytes
close c
prints client $date $bytes
exits client 0
start client -cut 3 daytime_client 127.0.0.1 $server.port
accept c server
send c $date $bytes
close c
prints client $date $bytes
random long 1M
start client daytime_client 127.0.0.1 $server.port
accept c server
send c $long
close c
prints client $long
exits client 0
END
}

# 6 points · R3.11 R3.14
# Try: ./daytime_client 127.0.0.1 9; echo "status $?"
# Try: nc -N -l 9999 </dev/null, and: ./daytime_client; echo "status $?"
# Hint: Nothing received before recv returns 0 is an error, and so are a connection
#   that breaks and a port on which nobody listens: err(1, ...).
# Ask: recv has three kinds of answers. Which lines of yours deal with each? How
#   does your program know at the end whether anything has come?
# See: recv(2) RETURN VALUE, connect(2) RETURN VALUE, err(3)
# Read: 01-tcp-client.md#the-three-answers-of-recv, 01-tcp-client.md#errors-say-what-was-tried
# Sketch: remember whether a byte has come
#   the last answer was -1: an error, with the reason in errno
#   nothing has come: an error too, of which errno knows nothing
@test "daytime_client says why when nothing comes, or nobody is there" {
  needs 9
  play <<'END'
listen server
start client daytime_client 127.0.0.1 $server.port
accept c server
close c
fails client
start client daytime_client 127.0.0.1 $server.port
accept c server
send c "2023-04"
taken c
reset c
fails client
dead nobody
start client daytime_client 127.0.0.1 $nobody.port
fails client
END
}

# 5 points · R3.12 R3.6
# Try: ./daytime_server ::1 9999, and: ./daytime_client ::1; ./daytime_client localhost
# Hint: getaddrinfo, with no family given, takes names and both kinds of address.
# Ask: Where in your programs does IPv4 hide: in AF_INET, in a struct sockaddr_in,
#   in a buffer that is too short? What does the client do when the first address
#   of a name does not answer?
# See: getaddrinfo(3), getnameinfo(3), ipv6(7)
# Read: 01-tcp-client.md#a-name-has-several-addresses
# Sketch: net.h has all of it: connect_to, open_listener, accept_client
#   your own: any family, room for any address, every entry of the list
@test "server and client take IPv6 addresses and names" {
  needs 2 9
  play <<'END'
ipv6
start server daytime_server ::1 0
listening server ::1
says server "listening on ::1 port $server.port"
connect a server
clock a
says server "connection from ::1 port $a.port"
listen six ::1
start client daytime_client ::1 $six.port
accept c six
send c "six\n"
close c
prints client "six\n"
twofold host
listen name last $host
start client daytime_client $host $name.port
accept c name
send c "the last of its addresses\n"
close c
prints client "the last of its addresses\n"
exits client 0
END
}

# 2 points · R3.7
# Try: ./daytime_server &  ./daytime_client
# Hint: Without arguments both use 127.0.0.1 and port 9999.
# Ask: Which host and port do your two programs take when nobody names one? Are
#   they the same in both?
# See: getopt(3)
# Read: #requirements, 01-tcp-client.md#the-command-line
# Sketch: no word: 127.0.0.1 and 9999; one word: the host; two words: host and port
@test "server and client meet without being told where" {
  needs 2 9
  play <<'END'
alone 9999
start server daytime_server
listening server 127.0.0.1 9999
says server "listening on 127.0.0.1 port 9999"
start client daytime_client
exits client 0
connect a server
clock a
END
}

# 3 points · R3.13 R3.14
# Try: ./daytime_server 127.0.0.1 80x; echo "status $?"
# Hint: getopt returns '?' for an unknown option. strtol tells by its second
#   argument where the number ended. getaddrinfo takes port 65536 for port 0.
# Ask: What number do your programs make of 80x, and what does getaddrinfo make of
#   port 65536? Which line counts the words? When another server has the port,
#   which call notices?
# See: getopt(3) RETURN VALUE, strtoul(3), bind(2) ERRORS
# Read: 01-tcp-client.md#the-command-line, 01-tcp-client.md#errors-say-what-was-tried
# Sketch: an unknown option, or a word too many: usage, status 2
#   the port: digits, at least one, and nothing else; at most 65535
#   any other trouble: one line that says what was tried, and status 1
@test "server and client explain a wrong command line, and a port in use" {
  needs 1 9
  play <<'END'
start a daytime_server 127.0.0.1 80x
complains a 2
start a daytime_server 127.0.0.1 0 more
complains a 2
start a daytime_server -z
complains a 2
start a daytime_server 127.0.0.1 65536
complains a 1-2
start b daytime_client 127.0.0.1 nine
complains b 2
start b daytime_client 127.0.0.1 9999 more
complains b 2
start b daytime_client -z
complains b 2
start b daytime_client 127.0.0.1 99999
complains b 1-2
start first daytime_server 127.0.0.1 0
listening first
start a daytime_server 127.0.0.1 $first.port
fails a
END
}
