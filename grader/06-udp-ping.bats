# Checks of lab 06: loss, round-trip times, statistics. The words of the
# conversations are explained at the head of tools/play.c. Where a wait has to run
# out, a block `patiently` is played again, slower, when the machine is too busy to
# tell.
# Programs: ping_server ping_client

load lib/check

# 6 points · R6.1 R6.2
# Try: ./ping_server 127.0.0.1 12000 | cat     (the line must come at once)
# Hint: As in lab 05: a socket for SOCK_DGRAM, bind, and a line with the address and
#   port that getsockname tells, flushed.
# Ask: From which call on can messages reach your server? Does the line come at
#   once, also when you put "| cat" behind the command?
# See: bind(2), getsockname(2), setvbuf(3)
# Read: #what-to-write, 02-tcp-server.md#standard-output-into-a-pipe
# Sketch: bind, say where, then wait for messages: nothing to listen for or accept
@test "ping_server waits where it is told, and says so" {
  play <<'END'
port told
start server ping_server 127.0.0.1 $told
bound server 127.0.0.1 $told
says server "listening on 127.0.0.1 port $told"
start chosen ping_server 127.0.0.1 0
bound chosen 127.0.0.1
says chosen "listening on 127.0.0.1 port $chosen.port"
idle chosen
END
}

# 9 points · R6.3
# Try: ./ping_server -l 0, and in a second terminal: nc -u 127.0.0.1 12000  (type lines, then Ctrl-C)
# Hint: toupper for each of the bytes that recvfrom returned, as an unsigned char;
#   then sendto, just as many bytes, to the address that recvfrom filled in.
# Ask: How many bytes can one message have, and how many does your array hold? Does
#   your loop stop at a byte 0? What does toupper get for a byte above 127?
# See: recvfrom(2), sendto(2), toupper(3), udp(7)
# Read: #a-message-of-any-bytes
# Sketch: n = receive, with the sender's address
#   for each of the n bytes: the capital of it
#   send n bytes back
@test "ping_server answers each message in capitals, whatever its bytes and length" {
  needs 1
  play <<'END'
random word 12 text
start server ping_server -l 0 127.0.0.1 0
bound server
udp a
capitals WORD "Ping 1 $word"
sendto a server "Ping 1 $word"
expect a $WORD
# Two clients at once: each gets its own.
udp b
sendto a server "a: $word"
sendto b server "b: $word, too"
capitals B "b: $word, too"
expect b $B
capitals A "a: $word"
expect a $A
set bytes "a\0b NUL \r\n Gr\xc3\xbc\xc3\x9fe \x80\xe4\xff [azAZ]{|}~@`"
capitals BYTES $bytes
sendto a server $bytes
expect a $BYTES
sendto a server ""
expect a ""
random more 1500
capitals MORE $more
sendto a server $more
expect a $MORE
random most 65507
capitals MOST $most
sendto a server $most
expect a $MOST
sendto a server "x"
expect a "X"
quiet a
quiet b
END
}

# 8 points · R6.4
# Try: ./ping_server -l 2, and: ./ping_client -c 6 -w 200   (1, 3 and 5 are lost)
# Hint: Count each message when it comes, from 1, whoever has sent it, and drop it
#   when -l is not 0 and the count modulo -l is 1.
# Ask: Which of nine messages does your server drop with -l 3? And with -l 1: what is
#   5 modulo 1? Does a second client start again from 1?
# See: getopt(3)
# Read: #loss-by-rule
# Sketch: a message has come: count = count + 1
#   lost, if the rule is not 0 and count modulo the rule is 1
@test "ping_server drops the messages that -l tells it to, and no other" {
  needs 2
  play <<'END'
udp a
udp b
start three ping_server 127.0.0.1 0
bound three
served three 3 20 a b
start none ping_server -l 0 127.0.0.1 0
bound none
served none 0 8 a b
start one ping_server -l 1 127.0.0.1 0
bound one
served one 1 8 a b
start two ping_server -l 2 127.0.0.1 0
bound two
served two 2 8 a b
start five ping_server -l 5 127.0.0.1 0
bound five
served five 5 12 a
quiet a
quiet b
END
}

# 5 points · R6.5
# Try: ./ping_server -n 4; echo "status $?"     and: ./ping_client -c 4 -w 200
# Hint: Count before anything else: when the count is -n, end with status 0, without
#   an answer. 0 means never.
# Ask: What does your server do first with the Nth message: answer it, or end? Are
#   dropped messages counted, too?
# See: getopt(3), exit(3)
# Read: #loss-by-rule
# Sketch: a message has come: count it; is it the last one? then end
@test "ping_server ends at the message that -n tells it to" {
  needs 2
  play <<'END'
udp a
start server ping_server -l 0 -n 3 127.0.0.1 0
bound server
sendto a server "one"
expect a "ONE"
sendto a server "two"
expect a "TWO"
sendto a server "three"
exits server 0
quiet a
start once ping_server -n 1 -l 2 127.0.0.1 0
bound once
sendto a once "one"
exits once 0
quiet a
# The first is dropped, and counts.
start both ping_server -n 4 127.0.0.1 0
bound both
sendto a both "one"
sendto a both "two"
expect a "TWO"
sendto a both "three"
expect a "THREE"
sendto a both "four"
exits both 0
quiet a
END
}

# 5 points · R6.6 R6.7 R6.2
# Try: ./ping_server | cat, and: for i in 1 2 3; do ./ping_client -c 3 -w 100; done
# Hint: One socket serves all clients: nothing is to be opened or closed for a
#   message. What goes wrong with one message is a warning.
# Ask: What does your server do when an answer cannot be sent? Does it print
#   something for each message, and when does that reach a pipe?
# See: recvfrom(2), sendto(2), setvbuf(3)
# Read: #nobody-there, 02-tcp-server.md#standard-output-into-a-pipe
# Sketch: for ever: receive, answer or not, print a line; never end, never open
@test "ping_server says what it does, and outlives clients that are gone" {
  needs 2
  play <<'END'
start server -files 40 ping_server -l 0 127.0.0.1 0
bound server
udp a
sendto a server "first"
expect a "FIRST"
lines server 2
times 60
udp gone$round
sendto gone$round server "whoever sent this is gone"
dies gone$round
done
sendto a server "last"
expect a "LAST"
lines server 63
idle server
END
}

# 9 points · R6.8 R6.9 R6.11 R6.2
# Try: ./ping_server -l 0, and: ./ping_client -c 4 | cat
# Hint: Send "Ping 1 TIME" with strlen as length, wait for "PING 1 TIME", print the
#   line; so for each number; then the two lines of statistics.
# Ask: What does the server get, byte for byte? Compare what you print with the
#   example in the handout, blank by blank. When does the line reach a pipe?
# See: send(2), recv(2), poll(2), snprintf(3), setvbuf(3)
# Read: #the-protocol-byte-by-byte, #requirements
# Sketch: for 1 to the count
#   text: Ping, number, time; send it
#   wait until its answer is there; print the line
@test "ping_client sends its pings and prints what becomes of them" {
  play <<'END'
udp u
pattern u 4 20000 0 20000 answer line+answer line+answer line+answer
start client ping_client -c 4 -w 20000 127.0.0.1 $u.port
pinged client u
patiently 200
udp lossy
pattern lossy 3 $wait 0 $wait answer drop answer
start client ping_client -c 3 -w $wait 127.0.0.1 $lossy.port
pinged client lossy
done
# A real server.
start real reference:ping_server -l 0 127.0.0.1 0
bound real
start again ping_client -c 3 -w 20000 127.0.0.1 $real.port
exits again 0
END
}

# 9 points · R6.9 R6.12 R6.14 R6.8
# Try: ./ping_server, and: ./ping_client; echo "status $?"; ./ping_client -c 7 -w 200
# Hint: poll waits with a limit. What did not come in time is printed as timed out
#   and counted as sent. 100.0 * lost / sent, printed with %.1f.
# Ask: Of which type are the numbers that you divide, and what is 1 / 3 in that type?
#   What do you print, and with which status do you end, when nothing came at all?
# See: poll(2), printf(3)
# Read: #a-limit-for-the-wait, #integers-and-fractions
# Sketch: nothing came in time: timed out
#   in the end: how many were sent, how many came, what part of them is missing
@test "ping_client counts what is lost" {
  needs 6
  play <<'END'
patiently 200
udp a
pattern a 3 $wait 0 $wait drop answer answer
start A ping_client -c 3 -w $wait 127.0.0.1 $a.port
udp b
pattern b 3 $wait 0 $wait answer drop drop
start B ping_client -c 3 -w $wait 127.0.0.1 $b.port
udp c
pattern c 7 $wait 0 $wait answer answer answer drop answer answer answer
start C ping_client -w $wait -c 7 127.0.0.1 $c.port
udp d
pattern d 2 $wait 0 $wait drop
start D ping_client -c 2 -w $wait 127.0.0.1 $d.port
# Nine pings, if nobody says how many; and a second each, if nobody says how long.
udp e
pattern e 9 $wait 0 $wait drop answer answer
start E ping_client -w $wait 127.0.0.1 $e.port
udp f
pattern f 2 1000 0 700 drop answer
start F ping_client -c 2 127.0.0.1 $f.port
pinged loss A a B b C c D d E e F f
done
END
}

# 9 points · R6.13
# Try: ./ping_server -l 2, and: ./ping_client -c 6 -w 300   (compare the three numbers with the lines)
# Hint: The clock is read before send and after the answer is there; seconds and
#   nanoseconds both count. Sum, least and greatest of those that came, in double.
# Ask: Add up the RTTs that are printed, by hand: is the average right? What are the
#   least and the greatest before the first answer? What is 3.0 s minus 2.9 s when
#   only the fractions are subtracted?
# See: clock_gettime(2), printf(3)
# Read: #integers-and-fractions, #which-clock
# Sketch: an answer came: its time is added to the sum
#   the first one is the least and the greatest; each further one is compared
#   the average: the sum, divided by how many came
@test "ping_client prints true times, and their least, average and greatest" {
  needs 6
  play <<'END'
patiently 300
udp a
pattern a 3 $wait 0 $wait drop answer:40.6 answer
start A ping_client -c 3 -w $wait 127.0.0.1 $a.port
# Over the end of a second, over a second, and in every order.
udp b
pattern b 2 20000 0 20000 answer:550.6
start B ping_client -c 2 -w 20000 127.0.0.1 $b.port
udp c
pattern c 1 20000 0 20000 answer:1050.6
start C ping_client -c 1 -w 20000 127.0.0.1 $c.port
udp d
pattern d 3 20000 0 20000 answer:120.6 answer:320.6 answer:20.6
start D ping_client -c 3 -w 20000 127.0.0.1 $d.port
udp e
pattern e 4 20000 0 20000 answer:20.6 answer:80.6 answer:210.6 answer
start E ping_client -c 4 -w 20000 127.0.0.1 $e.port
udp f
pattern f 1 $wait 0 $wait drop
start F ping_client -c 1 -w $wait 127.0.0.1 $f.port
pinged times A a B b C c D d E e F f
done
END
}

# 7 points · R6.9 R6.10
# Try: ./ping_server -l 0, and: time ./ping_client -c 5 -w 2000   and with -i 500
# Hint: No sleep when the answer is there. -i counts from one send to the next: note
#   the time before each send, and sleep until that and -i milliseconds more.
# Ask: How long does your program take for five pings that are answered at once? With
#   -i 500, and an answer after 300 milliseconds: how long does it still sleep?
# See: poll(2), nanosleep(2), clock_gettime(2)
# Read: #from-one-ping-to-the-next
# Sketch: start = the time; ping; if another is to follow: sleep until start + interval
@test "ping_client sends the next ping at once, or as -i says" {
  needs 6
  play <<'END'
patiently 200
udp a
pattern a 4 20000 0 700 answer:20 answer:20 answer answer
start A ping_client -c 4 -w 20000 127.0.0.1 $a.port
udp b
pattern b 4 20000 $wait $quarter answer:$half answer answer:$half answer
start B ping_client -c 4 -w 20000 -i $wait 127.0.0.1 $b.port
udp c
pattern c 4 $half $wait $quarter answer drop drop answer
start C ping_client -c 4 -w $half -i $wait 127.0.0.1 $c.port
# An interval that is over when the answer comes.
udp d
pattern d 3 20000 $half $quarter answer:$wait
start D ping_client -c 3 -w 20000 -i $half 127.0.0.1 $d.port
pinged A a B b C c D d
done
END
}

# 8 points · R6.15
# Try: ./ping_server -l 0, stop it with Ctrl-Z, ./ping_client -c 9 -w 500, and let the server go on with fg
# Hint: What comes is the answer to this ping only if the number is the one of this
#   ping. Anything else: receive again, for the rest of the time.
# Ask: The answer to ping 1 comes while your program waits for that to ping 2: what
#   does it print? And when the answer to ping 1 comes twice?
# See: memcmp(3), recv(2)
# Read: #that-very-answer
# Sketch: something came: is it this ping in capitals? then it is the answer
#   if not: wait on, no longer than the deadline
@test "ping_client does not take the answer to another ping for that to this one" {
  needs 6
  play <<'END'
patiently 200
# Late: before the next answer, behind it, and in its place.
udp a
pattern a 4 $wait 0 $wait answer:20.6 late answer:20.6 answer
start A ping_client -c 4 -w $wait 127.0.0.1 $a.port
udp b
pattern b 3 $wait 0 $wait behind answer drop
start B ping_client -c 3 -w $wait 127.0.0.1 $b.port
udp c
pattern c 2 $wait 0 $wait late drop
start C ping_client -c 2 -w $wait 127.0.0.1 $c.port
# Twice.
udp d
pattern d 5 $wait 0 $wait answer:20.6 answer+answer answer:20.6 answer+answer drop
start D ping_client -c 5 -w $wait 127.0.0.1 $d.port
# To the ping before, and to one that is still to come.
udp e
pattern e 3 $wait 0 $wait answer:20.6 old+coming+answer:20.6 old+coming
start E ping_client -c 3 -w $wait 127.0.0.1 $e.port
pinged A a B b C c D d E e
done
END
}

# 9 points · R6.16 R6.15
# Try: ./ping_client -w 5000, and while it waits, from another terminal: echo rubbish | nc -u -w 1 127.0.0.1 PORT   (ss -uanp shows its PORT)
# Hint: connect lets in datagrams from that address and port alone; compare all
#   bytes of what comes, and their number. A deadline, computed once for each ping:
#   what is left of it is how long to wait when something else has come.
# Ask: Who may send to your socket, and who has sent what came? Is an empty datagram
#   like the beginning of the answer? How long does your program wait in all if
#   something comes every 20 milliseconds?
# See: connect(2), recvfrom(2), memcmp(3), poll(2), udp(7)
# Read: #that-very-answer, #a-limit-for-the-wait
# Sketch: deadline = the time of sending + the wait
#   as long as there is time: wait for what is left of it, receive
#   from the server, as long as the answer, the same bytes? done
@test "ping_client is not deceived, hurried or held up by strangers and rubbish" {
  needs 6
  play <<'END'
patiently 200
udp a
pattern a 4 $wait 0 $wait answer:20.6 port+answer:20.6 address+answer:20.6 port+address
start A ping_client -c 4 -w $wait 127.0.0.1 $a.port
udp b
pattern b 6 $wait 0 $wait answer:20.6 empty+answer:20.6 rubbish+answer:20.6 cut+answer:20.6 long+answer:20.6 empty+rubbish+cut+long
start B ping_client -c 6 -w $wait 127.0.0.1 $b.port
udp c
pattern c 3 20000 0 20000 answer:20.6 empty+rubbish:40+port:80+cut:120+answer:160.6 old+address:40+answer:80.6
start C ping_client -c 3 -w 20000 127.0.0.1 $c.port
udp d
pattern d 2 $wait 0 $wait nag answer
start D ping_client -c 2 -w $wait 127.0.0.1 $d.port
pinged A a B b C c D d
done
END
}

# 4 points · R6.17
# Try: ./ping_client -c 60 -i 1000, and while it runs, as root, on a machine that bears it: date -s '-1 hour'
# Hint: clock_gettime with CLOCK_MONOTONIC, for the RTT and for the deadline.
# Ask: Which clock does your program read, and who may set it?
# See: clock_gettime(2), time(7)
# Read: #which-clock
# Sketch: the time for the text: what the clock on the wall says
#   the times that are compared: of a clock that nobody sets
@test "ping_client measures with a clock that nobody sets" {
  needs 6
  play <<'END'
patiently 200
udp a
pattern a 3 $wait 0 $wait answer:20.6 nag answer:40.6
start A SHIM_TIME=1104876245.000042 ping_client -c 3 -w $wait 127.0.0.1 $a.port
pinged clock A a
done
END
}

# 5 points · R6.18
# Try: ./ping_client -c 3 -w 500 127.0.0.1 9; echo "status $?"     (where nobody is at UDP port 9)
# Hint: On a connected socket recv, or the next send, returns -1 with ECONNREFUSED
#   when nobody is at the port. That ping is lost; go on.
# Ask: Which calls can return -1 because nobody is there, and what does your program
#   do then? Where in your code does a lost ping end the program?
# See: udp(7), recv(2), connect(2)
# Read: #nobody-there
# Sketch: recv fails: nothing came, wait on or call it lost
#   send fails: perhaps an old error, so send once more
@test "ping_client takes a port where nobody is for a lost ping" {
  needs 6
  play <<'END'
patiently 120
nobody a
pattern a 3 $wait 0 $wait
start A ping_client -c 3 -w $wait 127.0.0.1 $a.port
# The server ends, and is started again.
udp b
pattern b 6 $wait $wait $wait answer answer+die drop drop answer answer
start B ping_client -c 6 -w $wait -i $wait 127.0.0.1 $b.port
pinged A a B b
done
END
}

# 4 points · R6.19 R6.1 R6.3 R6.8
# Try: ./ping_server ::1 12000, and: ./ping_client ::1; ./ping_client localhost
# Hint: getaddrinfo, with no family given, takes names and both kinds of address.
#   Without arguments both programs use 127.0.0.1 and port 12000.
# Ask: Which family do you ask getaddrinfo for, and of which type is the variable
#   that takes an address?
# See: getaddrinfo(3), ipv6(7)
# Read: 01-tcp-client.md#a-name-has-several-addresses
# Sketch: look up host and port, any family; a socket of the family that was found
@test "server and client take IPv6 addresses and names, and meet without being told where" {
  needs 2 6
  play <<'END'
ipv6
alone 12000
udp six ::1
start server ping_server -l 2 ::1 0
bound server ::1
says server "listening on ::1 port $server.port"
served server 2 4 six
pattern six 2 20000 0 20000 answer
start client ping_client -c 2 -w 20000 ::1 $six.port
pinged client six
udp any ::
pattern any 2 20000 0 20000 answer
start named ping_client -c 2 -w 20000 localhost $any.port
pinged named any
start plain ping_server
bound plain 127.0.0.1 12000
says plain "listening on 127.0.0.1 port 12000"
udp a
served plain 3 3 a
# That was the third message. The fourth is dropped, the next two are not.
sendto a plain "four"
start last ping_client -c 2 -w 20000
exits last 0
END
}

# 3 points · R6.20 R6.21
# Try: ./ping_client -c 3x; echo "status $?";  ./ping_client -w 0 -c 2; echo "status $?"
# Hint: Every number is looked at: digits and nothing else. getopt returns '?' for an
#   unknown option. A wait of 0 is over at once; for SO_RCVTIMEO 0 means for ever.
# Ask: What does your program make of "3x", of "-1", of ""? How long does it wait when
#   -w is 0?
# See: getopt(3), strtol(3), getaddrinfo(3)
# Read: #requirements
# Sketch: the text of a number: at least a digit, nothing but digits, not too large
@test "server and client explain a wrong command line, and a port in use" {
  needs 1 6
  play <<'END'
start a ping_server -l 3x
complains a 2
start a ping_server -l -1
complains a 2
start a ping_server -n ""
complains a 2
start a ping_server -z
complains a 2
start a ping_server 127.0.0.1 80x
complains a 2
start a ping_server 127.0.0.1 0 more
complains a 2
start a ping_server 127.0.0.1 65536
complains a 1-2
start first ping_server 127.0.0.1 0
bound first
start a ping_server 127.0.0.1 $first.port
fails a
start b ping_client -c many
complains b 2
start b ping_client -w 1s
complains b 2
start b ping_client -i -5
complains b 2
start b ping_client -z
complains b 2
start b ping_client 127.0.0.1 nine
complains b 2
start b ping_client 127.0.0.1 12000 more
complains b 2
start b ping_client 127.0.0.1 99999
complains b 1-2
# No ping, and no wait: whether that is wrong is open, but it ends.
udp u
start b ping_client -c 0 127.0.0.1 $u.port
exits b 1-2
start b ping_client -c 2 -w 0 127.0.0.1 $u.port
exits b 0-2
END
}
