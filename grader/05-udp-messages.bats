# Checks of lab 05: messages without connections. The words of the conversations
# are explained at the head of tools/play.c.
# Programs: udp_server udp_client lan_message

load lib/check

# 8 points · R5.1 R5.2 R5.8
# Try: ./udp_server 127.0.0.1 9999 | cat     (the line must come at once)
# Hint: socket with the ai_socktype that getaddrinfo gave for SOCK_DGRAM, then bind,
#   and nothing more; getsockname tells the address and port that it really has.
# Ask: Which of socket, bind, listen and accept does a server need when there are no
#   connections? What type has the socket that you make, and the addresses that
#   you looked up?
# See: socket(2), bind(2), getsockname(2), udp(7)
# Read: 05-udp-messages.md#what-to-write, #tcp-and-udp-have-their-own-ports
# Sketch: for each address: a socket of that family and type
#   bind it; the first that can be bound is the server
@test "udp_server waits where it is told, also beside a TCP server" {
  play <<'END'
listen tcp
start server udp_server 127.0.0.1 $tcp.port
bound server 127.0.0.1 $tcp.port
says server "listening on 127.0.0.1 port $tcp.port"
start chosen udp_server 127.0.0.1 0
bound chosen 127.0.0.1
says chosen "listening on 127.0.0.1 port $chosen.port"
idle chosen
END
}

# 12 points · R5.3 R5.5 R5.2
# Try: ./udp_server, and in a second terminal: nc -u 127.0.0.1 9999  (type lines, then Ctrl-C)
# Hint: recvfrom fills in the sender's address, and sendto takes it: the answer goes
#   there. One call is one datagram, whole; its length is what recvfrom returned.
# Ask: How does your server learn whom to answer? How many sockets does it need for
#   three clients? How long is what recvfrom has put into your buffer?
# See: recvfrom(2), sendto(2), udp(7)
# Read: #the-idea, #a-datagram-is-a-message
# Sketch: for ever: room for an address, and its size set anew
#   receive a datagram and the address
#   greeting, the bytes of the datagram, "!": to that address
@test "udp_server answers each datagram, whoever sent it" {
  needs 1
  play <<'END'
random name 12 text
start server udp_server 127.0.0.1 0
bound server
udp a
sendto a server $name
expect a "Hello, $name!"
says server "received from 127.0.0.1 port $a.port"
udp b
sendto b server "Bob"
expect b "Hello, Bob!"
says server "received from 127.0.0.1 port $b.port"
# Three who do not wait for each other.
udp c
sendto a server "once more"
sendto b server "Bob again"
sendto c server "Carol"
expect c "Hello, Carol!"
expect b "Hello, Bob again!"
expect a "Hello, once more!"
logs server "received from 127.0.0.1 port $c.port"
quiet a
quiet b
quiet c
idle server
END
}

# 7 points · R5.3 R5.4
# Try: printf 'a\0b\r\nGr\303\274\303\237e' | nc -u -w 1 127.0.0.1 9999 | od -c
# Hint: The data are n bytes, with no NUL behind them and perhaps some among them:
#   memcpy, not strlen or printf("%s"). And n may be 0: that is a datagram too.
# Ask: What does recvfrom return for a datagram without any bytes? Which of your
#   calls stops at a NUL? What stands in your buffer behind the last byte received?
# See: recv(2) RETURN VALUE, memcpy(3), string(3)
# Read: #an-empty-datagram, #a-datagram-is-a-message
# Sketch: n bytes came, n may be 0; only -1 is an error
#   copy the greeting, n bytes, one "!"; send their number, counted and not searched
@test "udp_server takes any bytes for a datagram, even none" {
  needs 2
  play <<'END'
start server udp_server 127.0.0.1 0
bound server
udp a
sendto a server "one\0two\0\0"
expect a "Hello, one\0two\0\0!"
sendto a server "%s%n\r\nGr\xc3\xbc\xc3\x9fe, \xff\x01 \\n\n"
expect a "Hello, %s%n\r\nGr\xc3\xbc\xc3\x9fe, \xff\x01 \\n\n!"
random noise 1000
sendto a server $noise
expect a "Hello, $noise!"
sendto a server "short"
expect a "Hello, short!"
sendto a server ""
expect a "Hello, !"
sendto a server "\0"
expect a "Hello, \0!"
sendto a server ""
expect a "Hello, !"
sendto a server "still there?"
expect a "Hello, still there?!"
quiet a
idle server
END
}

# 7 points · R5.7
# Try: ./udp_server, and: for i in $(seq 300); do echo $i >/dev/udp/127.0.0.1/9999; done  (in bash)
# Try: ls /proc/$(pidof udp_server)/fd
# Hint: One socket serves all clients. Whatever a call returns, go on with the next
#   datagram.
# Ask: What does your server open for each datagram, and who closes it? What does it
#   do when one of its calls returns -1?
# See: sendto(2) ERRORS, close(2), warn(3)
# Read: #one-host-is-not-all, 02-tcp-server.md#give-it-back
# Sketch: one socket, made before the loop
#   answer cannot be sent: a warning, and the next datagram
@test "udp_server serves 300 clients, though some are gone before the answer" {
  needs 2
  play <<'END'
start server -files 40 udp_server 127.0.0.1 0
bound server
# Those who are gone keep their ports, lest another be given one to which an
# answer is on its way.
times 150
udp gone$round
sendto gone$round server "I am gone"
dies gone$round
udp b
sendto b server "client $round"
expect b "Hello, client $round!"
close b
done
udp last
sendto last server "last"
expect last "Hello, last!"
idle server
END
}

# 12 points · R5.9 R5.10 R5.14
# Try: nc -u -l 127.0.0.1 9999, and: ./udp_client 127.0.0.1 9999 Tom Ann  (answer by typing)
# Hint: One send is one datagram: strlen bytes of the name. One recv is one answer:
#   as many bytes as it returned, then a newline.
# Ask: How many bytes has the name, and how many do you give to send? When does the
#   next name go? How many bytes of your buffer are the answer?
# See: send(2), recv(2), strlen(3), fwrite(3)
# Read: #the-protocol-byte-by-byte, #a-datagram-is-a-message
# Sketch: for each name: send its bytes
#   receive n bytes; write n bytes and a newline
@test "udp_client sends each name and prints its answer" {
  play <<'END'
random name 10 text
udp u
start client udp_client -w 20000 127.0.0.1 $u.port $name "Tom Thumb" "" "100%s: Gr\xc3\xbc\xc3\x9fe\\n" x
expect u $name
reply u "Hello, $name!"
says client "Hello, $name!"
expect u "Tom Thumb"
reply u "Hello, Tom Thumb!"
says client "Hello, Tom Thumb!"
expect u ""
reply u "Hello, !"
says client "Hello, !"
expect u "100%s: Gr\xc3\xbc\xc3\x9fe\\n"
reply u "Hello, 100%s: Gr\xc3\xbc\xc3\x9fe\\n!"
says client "Hello, 100%s: Gr\xc3\xbc\xc3\x9fe\\n!"
expect u "x"
reply u "Hello, x!"
prints client "Hello, $name!\nHello, Tom Thumb!\nHello, !\nHello, 100%s: Gr\xc3\xbc\xc3\x9fe\\n!\nHello, x!\n"
exits client 0
quiet u
# Many names need no more than one socket at a time.
start many -files 12 udp_client -w 20000 127.0.0.1 $u.port 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
times 16
expect u "$round"
reply u "Hello, $round!"
says many "Hello, $round!"
done
exits many 0
END
}

# 8 points · R5.11 R5.14
# Try: nc -u -l 127.0.0.1 9999, and: time ./udp_client -w 3000 127.0.0.1 9999 Tom Ann  (type nothing)
# Hint: An answer may never come, and recv alone would wait for ever: poll with the
#   time that is left, or SO_RCVTIMEO. -w counts milliseconds.
# Ask: Who ends the wait when no answer comes? What is the unit of the time that you
#   give to the call that waits? What is printed, and what comes then?
# See: poll(2), socket(7) SO_RCVTIMEO, clock_gettime(2)
# Read: #a-datagram-may-get-lost, #one-wait-one-end
# Sketch: end = now + wait
#   poll until there is something, at most for end - now
#   nothing: say so, remember it for the exit status, go on with the next name
@test "udp_client waits for an answer as long as it is told" {
  needs 5
  play <<'END'
udp slow
udp mute
udp usual
start patient udp_client -w 20000 127.0.0.1 $slow.port Tom Ann
start hasty udp_client -w 100 127.0.0.1 $mute.port Tom Ann Tim
start client udp_client 127.0.0.1 $usual.port Tom Ann
expect slow "Tom"
expect mute "Tom"
expect usual "Tom"
expect mute "Ann"
says hasty "no answer"
expect mute "Tim"
says hasty "no answer"
says hasty "no answer"
exits hasty 1
# Nobody answers Tom; after a second it is Ann's turn.
expect usual "Ann"
gap usual 900
says client "no answer"
kill client
later 300
never patient "no answer"
reply slow "Hello, Tom!"
says patient "Hello, Tom!"
expect slow "Ann"
reply slow "Hello, Ann!"
says patient "Hello, Ann!"
exits patient 0
# No time at all: however that is taken, it is not for ever.
start never udp_client -w 0 127.0.0.1 $mute.port Tom
exits never 1-2
END
}

# 8 points · R5.12 R5.11
# Try: (the grader answers from 127.0.0.2 and from another port: make replay)
# Hint: Any program can send a datagram to your socket. connect the socket: then the
#   kernel lets in only what comes from the server. Or compare the address that
#   recvfrom filled in, and wait on, but no longer than to the same end.
# Ask: Who may send a datagram to your socket? How does your program know who has sent
#   what it has received? When it is not the server: how long does it wait then?
# See: connect(2), recvfrom(2), udp(7)
# Read: #who-answers, #one-wait-one-end
# Sketch: connect the socket to the server: others are not heard
#   (or: receive; compare address and port; not the server: wait for the time left)
@test "udp_client takes an answer from that server alone" {
  needs 5
  play <<'END'
udp u
udp v 127.0.0.2
udp w
start client udp_client -w 1000 127.0.0.1 $u.port Tom
expect u "Tom"
intrude w u "Hello, Tom!"
nag v u "Hello, Tom!"
prints client "no answer\n"
exits client 1
start other udp_client -w 20000 127.0.0.1 $u.port Tim Kim
expect u "Tim"
intrude v u ""
intrude w u "Hello, Kim!"
intrude v u "Hello, Tim!"
reply u "Hello, Tim!"
says other "Hello, Tim!"
expect u "Kim"
intrude w u "Hello, Kim!"
reply u "Hello, Kim!"
prints other "Hello, Tim!\nHello, Kim!\n"
exits other 0
END
}

# 5 points · R5.13 R5.14
# Try: ./udp_client -w 300 127.0.0.1 9 Tom Ann; echo "status $?"
# Hint: Where nobody is, send or recv may return -1 with ECONNREFUSED: that is no
#   reason to end, but an answer that does not come.
# Ask: Which of your calls returns -1 when the other machine says that nobody is at that
#   port? What does your program do then?
# See: udp(7) ERRORS, connect(2), recv(2) ECONNREFUSED
# Read: #nobody-there
# Sketch: send or receive fails: no answer, and the next name
@test "udp_client says so when nobody is there" {
  needs 5
  play <<'END'
nobody n
start client udp_client -w 300 127.0.0.1 $n.port Tom Ann Tim
says client "no answer"
says client "no answer"
says client "no answer"
exits client 1
END
}

# 8 points · R5.6 R5.10 R5.7
# Try: ./udp_client 127.0.0.1 9999 "$(head -c 65499 /dev/zero | tr '\0' x)" | wc -c   (and with 65500)
# Hint: A datagram that is longer than the room for it is cut, and the rest is lost:
#   give recvfrom 65536 bytes. An answer beyond 65507 bytes cannot be sent.
# Ask: How large are your buffers? What becomes of the part of a datagram that does not
#   fit? What does sendto return for an answer of 65,508 bytes, and what do you do then?
# See: recv(2) MSG_TRUNC, send(2) EMSGSIZE, udp(7)
# Read: #a-datagram-is-a-message, #the-largest-datagram
# Sketch: buffers of 65,536 bytes
#   greeting + n + 1 more than 65,507: a line on standard error, no answer
@test "datagrams of any size are whole, or dropped with a word" {
  needs 2 5
  play <<'END'
linux "sending datagrams of 65507 bytes without further settings"
start server udp_server 127.0.0.1 0
bound server
udp a
random packet 1473 text
sendto a server $packet
expect a "Hello, $packet!"
random large 65499 text
sendto a server $large
expect a "Hello, $large!"
sendto a server "${large}x"
warns server
sendto a server "next"
expect a "Hello, next!"
sendto a server "${large}12345678"
warns server
sendto a server "and the next"
expect a "Hello, and the next!"
quiet a
udp u
start client udp_client -w 20000 127.0.0.1 $u.port $large
expect u $large
reply u "Hello, $large!"
says client "Hello, $large!"
exits client 0
END
}

# 7 points · R5.15 R5.16 R5.19 R5.21
# Try: nc -u -l 127.0.0.1 2425, and: ./lan_message 127.0.0 hello; echo "status $?"
# Hint: One sendto for each host from 1 to 254, all the same bytes, and a pause of
#   about a millisecond after each.
# Ask: Which numbers has your loop? What does the message look like, part by part? How
#   long does your program rest, and how often?
# See: sendto(2), nanosleep(2), inet_pton(3), time(2)
# Read: #the-protocol-byte-by-byte, #a-burst-overruns-buffers
# Sketch: for number from 1 to 254: the address, the port in network order
#   send the same bytes; rest a millisecond
#   print how many went, how many did not
@test "lan_message sends its message to each of 254 hosts, without haste" {
  play <<'END'
alone 2425
udp all 0.0.0.0 2425
random text 40 text
start lan lan_message -e UTF-8 -u lisa -m laptop 127.0.77 "$text: it's 100%s"
sweep all lan 127.0.77 "1_lbt4_10#32499#002481627512#0#0#0:" ":lisa:laptop:288:$text: it's 100%s"
paced all 40
says lan "254 sent, 0 failed"
exits lan 0
# Few are at home, and nobody minds.
port told
udp first 127.0.77.1 $told
udp one 127.0.77.99 $told
udp last 127.0.77.254 $told
start few -files 12 lan_message -p $told -e UTF-8 -u lisa -m laptop 127.0.77 $text
message first few "1_lbt4_10#32499#002481627512#0#0#0:" ":lisa:laptop:288:$text"
message one few "1_lbt4_10#32499#002481627512#0#0#0:" ":lisa:laptop:288:$text"
message last few "1_lbt4_10#32499#002481627512#0#0#0:" ":lisa:laptop:288:$text"
says few "254 sent, 0 failed"
exits few 0
quiet first
quiet all
END
}

# 6 points · R5.17 R5.18
# Try: nc -u -l 127.0.0.1 2425 | od -c, and: ./lan_message 127.0.0 你好
# Hint: iconv_open("GBK", "UTF-8") and iconv make the bytes, and their number is what
#   is sent. getpwuid(getuid()) and gethostname know the names.
# Ask: Which bytes does your program send, those of the command line or those that iconv
#   made? How many of them? What does the encoding need at its end?
# See: iconv(3), iconv_open(3), getpwuid(3), gethostname(2)
# Read: #text-is-bytes-in-an-encoding
# Sketch: a converter from UTF-8 to the encoding
#   convert the whole message; then once more with nothing, for the end
#   length = room before - room after
@test "lan_message converts its message and knows who sends it" {
  needs 10
  play <<'END'
encoding GBK
encoding ISO-2022-JP
fill long 4000 "中"
fill gbk 4000 "\xd6\xd0"
port one
port two
port three
port four
udp a 127.0.77.5 $one
udp far 127.0.77.200 $one
udp b 127.0.77.5 $two
udp c 127.0.77.5 $three
udp d 127.0.77.5 $four
start first lan_message -p $one -u 李四 -m 电脑 127.0.77 "你好，世界: hello, $long"
start second lan_message -p $two -e UTF-8 -u 李四 -m 电脑 127.0.77 "你好，世界 😀"
start third lan_message -p $three -e UTF-8 127.0.77 "hello"
start fourth lan_message -p $four -e ISO-2022-JP -u lisa -m laptop 127.0.77 "日本"
message a first "1_lbt4_10#32499#002481627512#0#0#0:" ":\xc0\xee\xcb\xc4:\xb5\xe7\xc4\xd4:288:\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7: hello, $gbk"
message far first "1_lbt4_10#32499#002481627512#0#0#0:" ":\xc0\xee\xcb\xc4:\xb5\xe7\xc4\xd4:288:\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7: hello, $gbk"
message b second "1_lbt4_10#32499#002481627512#0#0#0:" ":李四:电脑:288:你好，世界 😀"
datagram c text
names user machine
match text "^1_lbt4_10#32499#002481627512#0#0#0:[0-9]+:$user:$machine:288:hello$" like "1_lbt4_10#32499#002481627512#0#0#0:NUMBER:USER:MACHINE:288:hello"
message d fourth "1_lbt4_10#32499#002481627512#0#0#0:" ":lisa:laptop:288:\x1b\$BF|K\\\x1b(B"
exits first 0
exits second 0
exits third 0
exits fourth 0
quiet a
quiet far
quiet b
quiet c
quiet d
END
}

# 4 points · R5.20 R5.21
# Try: (the grader makes two hosts of a network of its own unreachable: make replay)
# Hint: sendto returns -1 for such a host: warn with its address, count it, and go on
#   with the next.
# Ask: What does sendto return for a host that cannot be reached? Does your loop go on?
#   What do the last line and the exit status say then?
# See: send(2) ERRORS, warn(3)
# Read: #one-host-is-not-all, #nobody-there
# Sketch: sendto returns -1: warn with the address, count it
#   go on with the next number
@test "lan_message names each host that it cannot send to, and goes on" {
  needs 10
  play <<'END'
alone 2425
forbid 127.0.77.13 32
forbid 127.0.77.200 32
forbid 127.0.78.0 24
udp all 0.0.0.0
start lan -files 12 lan_message -p $all.port -e UTF-8 -u lisa -m laptop 127.0.77 "hello"
sweep all lan 127.0.77 "1_lbt4_10#32499#002481627512#0#0#0:" ":lisa:laptop:288:hello" 13 200
says lan "252 sent, 2 failed"
mentions lan "127.0.77.13"
mentions lan "127.0.77.200"
exits lan 1
start none -files 12 lan_message -p $all.port -e UTF-8 -u lisa -m laptop 127.0.78 "hello"
says none "0 sent, 254 failed"
mentions none "127.0.78.1"
mentions none "127.0.78.254"
exits none 1
quiet all
END
}

# 3 points · R5.22 R5.24
# Try: ./lan_message -e ISO-8859-1 127.0.0 你好; ./lan_message 127.0 hello; echo "status $?"
# Hint: Convert before the first sendto, and look at what iconv returned: (size_t)-1,
#   or how many characters it replaced. inet_pton takes no address but a whole one.
# Ask: What does your program look at before it sends the first datagram? What does iconv
#   return when a byte is no UTF-8, and when a character is not in the encoding?
# See: iconv(3) RETURN VALUE, inet_pton(3), getopt(3)
# Read: #text-is-bytes-in-an-encoding
# Sketch: options and number of arguments: usage
#   prefix.1 is no address: error
#   message cannot be converted: error
#   only then: socket and sendto
@test "lan_message refuses what it cannot send, and sends nothing" {
  needs 10
  play <<'END'
alone 2425
udp all 0.0.0.0
start a lan_message -p $all.port -e UTF-8 127.0.77 "no \xff\xfe text"
fails a
start a lan_message -p $all.port -e ISO-8859-1 127.0.77 "cut in a letter: \xc3"
fails a
start a lan_message -p $all.port -e ISO-8859-1 127.0.77 "你好"
fails a
start a lan_message -p $all.port -e no-such-encoding 127.0.77 "hello"
fails a
start b lan_message -p $all.port -e UTF-8 127.0 "hello"
complains b 1-2
start b lan_message -p $all.port -e UTF-8 127.0.77.1 "hello"
complains b 1-2
start b lan_message -p $all.port -e UTF-8 127.0.256 "hello"
complains b 1-2
start b lan_message -p $all.port -e UTF-8 127.0.7x "hello"
complains b 1-2
start b lan_message -p $all.port -e UTF-8 "" "hello"
complains b 1-2
start c lan_message -p $all.port -e UTF-8 127.0.77
complains c 2
start c lan_message -p $all.port -e UTF-8 127.0.77 hello you
complains c 2
start c lan_message -p 24x -e UTF-8 127.0.77 hello
complains c 2
start c lan_message -p 67961 -e UTF-8 127.0.77 hello
complains c 1-2
start c lan_message -z -p $all.port -e UTF-8 127.0.77 hello
complains c 2
quiet all
END
}

# 3 points · R5.1 R5.9 R5.23
# Try: ./udp_server and ./udp_client in two terminals; then both with: localhost 9999, ::1 9999
# Hint: Without arguments both use 127.0.0.1 and port 9999. getaddrinfo, with no family
#   given, takes names and both kinds of address; struct sockaddr_storage has room for both.
# Ask: What are host and port when the command line has none? Which part of your program
#   holds for IPv4 only? Which names are sent when none is given?
# See: getaddrinfo(3), getnameinfo(3), ipv6(7)
# Read: 01-tcp-client.md#a-name-has-several-addresses
# Sketch: addresses of any family, of type SOCK_DGRAM
#   a socket of the family that was found
@test "server and client meet untold, by name and over IPv6" {
  needs 2 5
  play <<'END'
alone 9999
ipv6
start server udp_server
bound server 127.0.0.1 9999
says server "listening on 127.0.0.1 port 9999"
udp a
sendto a server "x"
expect a "Hello, x!"
kill server
udp u 127.0.0.1 9999
start client udp_client
expect u "Michael"
reply u "Hello, Michael!"
expect u "Tracy"
reply u "Hello, Tracy!"
expect u "Sarah"
reply u "Hello, Sarah!"
exits client 0
start six udp_server ::1 0
bound six ::1
says six "listening on ::1 port $six.port"
udp b ::1
sendto b six "six"
expect b "Hello, six!"
says six "received from ::1 port $b.port"
udp w ::1
start client udp_client -w 20000 ::1 $w.port "Tom"
expect w "Tom"
reply w "Hello, Tom!"
says client "Hello, Tom!"
exits client 0
start named udp_server localhost 0
bound named
udp any ::
start other udp_client -w 20000 localhost $any.port "Ann"
expect any "Ann"
reply any "Hello, Ann!"
says other "Hello, Ann!"
exits other 0
END
}

# 2 points · R5.24 R5.25
# Try: ./udp_client -w 1s; echo "status $?"
# Hint: getopt returns '?' for an unknown option. strtol tells by its second argument
#   where the number ended. getaddrinfo takes port 65536 for port 0.
# Ask: What does getopt return for an option that it does not know? How do you tell 80x
#   from 80, and -5 from 5? What does bind return when the port is taken?
# See: getopt(3), strtol(3), bind(2) EADDRINUSE
# Read: #requirements
# Sketch: each number: digits to the end, not too large; else usage, status 2
#   bind fails for every address: err
@test "server and client explain a wrong command line, and a port in use" {
  needs 1 5
  play <<'END'
udp u
start a udp_server 127.0.0.1 80x
complains a 2
start a udp_server 127.0.0.1 0 more
complains a 2
start a udp_server -z
complains a 2
start a udp_server 127.0.0.1 65536
complains a 1-2
start b udp_client -w 100 127.0.0.1 nine Tom
complains b 2
start b udp_client -w x 127.0.0.1 $u.port Tom
complains b 2
start b udp_client -w -5 127.0.0.1 $u.port Tom
complains b 2
start b udp_client -w 10ms 127.0.0.1 $u.port Tom
complains b 2
start b udp_client -z
complains b 2
start b udp_client -w 100 127.0.0.1 99999 Tom
complains b 1-2
start c udp_server 127.0.0.1 $u.port
fails c
quiet u
END
}
