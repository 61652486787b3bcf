# Checks of lab 08: a chat. The words of the conversations are explained at the head
# of tools/play.c.
# Programs: chat_server chat_client udp_chat

load lib/check

# 4 points · R8.1 R8.2 R8.12
# Try: ./chat_server 127.0.0.1 9998 | cat     (the line must come at once)
# Hint: open_listener and announce_listener do it; then poll waits for the listener, and for
#   standard input.
# Ask: What is in the list that you give to poll while there is no client yet?
# See: poll(2), listen(2)
# Read: #from-threads-to-poll, 02-tcp-server.md#standard-output-into-a-pipe
# Sketch: two entries: the listener, to be read from; standard input, to be read from
#   poll without a limit of time
@test "chat_server listens where it is told, says so, and rests" {
  play <<'END'
port told
start server -serves poll chat_server 127.0.0.1 $told
listening server 127.0.0.1 $told
says server "listening on 127.0.0.1 port $told"
idle server
start chosen -serves poll chat_server 127.0.0.1 0
listening chosen 127.0.0.1
says chosen "listening on 127.0.0.1 port $chosen.port"
idle chosen
END
}

# 10 points · R8.3 R8.8 R8.2
# Try: ./chat_server, and nc 127.0.0.1 9998 in three terminals: type in each
# Hint: A line goes to each client in the list but the one it came from. It is as many bytes
#   as were received, not a string.
# Ask: Two of your variables say who is who when a line goes out: which one is compared
#   with which? What does strlen say of a line with a NUL in it?
# See: poll(2), recv(2), memchr(3)
# Read: #the-protocol-byte-by-byte, #a-line-is-whole-when-its-lf-is-there
# Sketch: the line is whole: show it, the client's address first
#   for each client: is it the one who sent it? then the next; else all bytes, and the LF
@test "chat_server passes each line to all the others, unchanged, and shows it" {
  needs 1
  play <<'END'
random one 12 text
random two 9 text
start server -serves poll chat_server 127.0.0.1 0
listening server
connect a server
says server "connection from 127.0.0.1 port $a.port"
connect b server
says server "connection from 127.0.0.1 port $b.port"
connect c server
says server "connection from 127.0.0.1 port $c.port"
send a "$one\n"
expect b "$one\n"
expect c "$one\n"
says server "127.0.0.1 port $a.port: $one"
# What comes to a first is this, and not its own line.
send b "$two\n"
expect a "$two\n"
expect c "$two\n"
says server "127.0.0.1 port $b.port: $two"
send c "Gr\xc3\xbc\xc3\x9fe, \xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x98\x80\n"
expect a "Gr\xc3\xbc\xc3\x9fe, \xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x98\x80\n"
expect b "Gr\xc3\xbc\xc3\x9fe, \xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x98\x80\n"
says server "127.0.0.1 port $c.port: Gr\xc3\xbc\xc3\x9fe, \xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x98\x80"
send a "one\0two %s%n \\n \xff\n"
expect b "one\0two %s%n \\n \xff\n"
expect c "one\0two %s%n \\n \xff\n"
logs server "127.0.0.1 port $a.port: one\0two %s%n \\n \xff"
send a "\n"
expect b "\n"
expect c "\n"
send b "telnet\r\n"
expect a "telnet\r\n"
expect c "telnet\r\n"
send b "exit\n"
expect a "exit\n"
expect c "exit\n"
never server "connection from 127.0.0.1 port $b.port closed"
shut b
end b
close b
once server "connection from 127.0.0.1 port $b.port closed"
send c "$one $two\n"
expect a "$one $two\n"
reset c
once server "connection from 127.0.0.1 port $c.port closed"
connect d server
says server "connection from 127.0.0.1 port $d.port"
send a "$two $two\n"
expect d "$two $two\n"
never server "connection from 127.0.0.1 port $a.port closed"
once server "connection from 127.0.0.1 port $b.port closed"
once server "connection from 127.0.0.1 port $c.port closed"
END
}

# 11 points · R8.4 R8.8 R8.10
# Try: (printf 'Mich'; sleep 1; printf 'ael\nTracy\nSa'; sleep 1; printf 'rah\n') | nc -N 127.0.0.1 9998
# Hint: Keep what has come of a line, for each client, until its LF is there; and after a whole
#   line go on with the rest of the same piece.
# Ask: recv has returned "ael\nTracy\nSa". Which three things have to be done with that, and
#   what is in the client's buffer before and after?
# See: recv(2), memchr(3)
# Read: #from-pieces-to-lines, #a-line-is-whole-when-its-lf-is-there
# Sketch: as long as bytes are left of the piece:
#   take those up to and with an LF, or all, to the client's own buffer
#   was there an LF? the line is whole: pass it on, and the buffer is empty
@test "chat_server passes on lines, however their bytes were cut or glued" {
  needs 2
  play <<'END'
random one 8 text
random two 8 text
start server -serves poll chat_server 127.0.0.1 0
listening server
connect a server
says server "connection from 127.0.0.1 port $a.port"
connect b server
says server "connection from 127.0.0.1 port $b.port"
connect c server
says server "connection from 127.0.0.1 port $c.port"
# Half a line waits for its end, while others talk.
send a "$one, ha"
taken a
awaits c
send b "$two\n"
expect c "$two\n"
expect a "$two\n"
send c "and o"
taken c
send a "lf and half\n"
expect b "$one, half and half\n"
expect c "$one, half and half\n"
send c "n\n"
expect a "and on\n"
expect b "and on\n"
says server "127.0.0.1 port $b.port: $two"
says server "127.0.0.1 port $a.port: $one, half and half"
says server "127.0.0.1 port $c.port: and on"
# Many lines at once, and the beginning of one.
send b "one\n\ntwo\n$two\nth"
expect a "one\n\ntwo\n$two\n"
expect c "one\n\ntwo\n$two\n"
says server "127.0.0.1 port $b.port: one"
says server "127.0.0.1 port $b.port: "
says server "127.0.0.1 port $b.port: two"
says server "127.0.0.1 port $b.port: $two"
send c "between\n"
expect a "between\n"
expect b "between\n"
send b "ree\nfour\n"
expect a "three\nfour\n"
expect c "three\nfour\n"
# Byte by byte, and then cut at every place, in the middle of characters too.
dribble a "Gr\xc3\xbc\xc3\x9fe \xf0\x9f\x98\x80 $one\n$two\r\n\n"
expect b "Gr\xc3\xbc\xc3\x9fe \xf0\x9f\x98\x80 $one\n$two\r\n\n"
expect c "Gr\xc3\xbc\xc3\x9fe \xf0\x9f\x98\x80 $one\n$two\r\n\n"
shut c
end c
close c
once server "connection from 127.0.0.1 port $c.port closed"
cuts a b "\xf0\x9f\x98\x80 $one\n\n$two\r\n\xc3\xbc\n" "\xf0\x9f\x98\x80 $one\n\n$two\r\n\xc3\xbc\n"
# More than one recv brings, with lines across its ends.
fill many 700 "$one and $two\n"
send a $many
expect b $many
# Calls that move few bytes.
start slow -serves poll -cut 3 chat_server 127.0.0.1 0
listening slow
connect d slow
says slow "connection from 127.0.0.1 port $d.port"
connect e slow
says slow "connection from 127.0.0.1 port $e.port"
fill many 40 "$one, $two\n"
send d $many
expect e $many
send e "$two\n"
expect d "$two\n"
input slow "$one\n"
expect d "server: $one\n"
expect e "server: $one\n"
END
}

# 7 points · R8.5 R8.11
# Try: head -c 5000 /dev/zero | tr '\0' x | nc -N 127.0.0.1 9998
# Hint: Count what has come of a line: 4,096 bytes have room, the LF not among them. A client
#   with more gets a line that says so, and then the end of its stream.
# Ask: A line of 4,096 bytes without its LF has come. Is that too long already? When do you
#   know?
# See: send(2), shutdown(2)
# Read: #a-bound-for-each-line, #closing-so-that-the-last-word-is-read
# Sketch: more than 4,096 kept, and still no LF? forget them; tell the client; end our half;
#   read on and forget what comes, to its end
@test "chat_server takes lines of 4,096 bytes, and tells and drops who sends longer ones" {
  needs 2
  play <<'END'
fill most 4096 "x"
random one 9 text
start server -serves poll chat_server 127.0.0.1 0
listening server
connect a server
says server "connection from 127.0.0.1 port $a.port"
connect b server
says server "connection from 127.0.0.1 port $b.port"
send a "$most\n"
expect b "$most\n"
send a $most
taken a
send a "\n$one\n"
expect b "$most\n$one\n"
# One byte more, and no LF.
connect c server
says server "connection from 127.0.0.1 port $c.port"
send c "${most}x"
told c
close c
once server "connection from 127.0.0.1 port $c.port closed"
# The same after a line that is none too long.
connect d server
says server "connection from 127.0.0.1 port $d.port"
send d "$one\n"
expect b "$one\n"
expect a "$one\n"
send d $most
taken d
send d "y"
told d
close d
once server "connection from 127.0.0.1 port $d.port closed"
# One that is still sending reads the words as well; what comes behind them may be a
# reset.
connect e server
says server "connection from 127.0.0.1 port $e.port"
fill more 20000 "z"
send e "$one\n$most$more\n$one\n"
expect a "$one\n"
expect b "$one\n"
told e
close e
once server "connection from 127.0.0.1 port $e.port closed"
# Nothing of all that has come to the others.
send b "next\n"
expect a "next\n"
send a "the same\n"
expect b "the same\n"
END
}

# 5 points · R8.6 R8.8
# Try: printf 'no line end' | nc -N 127.0.0.1 9998, with another nc beside it
# Hint: When recv returns 0 and something is kept of a line, that is the last line: pass it on
#   with an LF behind it.
# Ask: recv has returned 0. What is in the client's buffer, and what becomes of it?
# See: recv(2) RETURN VALUE
# Read: #from-pieces-to-lines
# Sketch: the end of the stream: is something kept? then it is a line, as if its LF had come
@test "chat_server passes on a last line that lacks its LF" {
  needs 2
  play <<'END'
random one 12 text
start server -serves poll chat_server 127.0.0.1 0
listening server
connect a server
says server "connection from 127.0.0.1 port $a.port"
connect b server
says server "connection from 127.0.0.1 port $b.port"
send b $one
shut b
expect a "$one\n"
end b
close b
says server "127.0.0.1 port $b.port: $one"
once server "connection from 127.0.0.1 port $b.port closed"
connect c server
says server "connection from 127.0.0.1 port $c.port"
send c "whole\n$one last"
close c
expect a "whole\n$one last\n"
once server "connection from 127.0.0.1 port $c.port closed"
# Behind an LF there is no line.
connect d server
says server "connection from 127.0.0.1 port $d.port"
send d "nothing follows\n"
close d
expect a "nothing follows\n"
once server "connection from 127.0.0.1 port $d.port closed"
connect e server
says server "connection from 127.0.0.1 port $e.port"
close e
once server "connection from 127.0.0.1 port $e.port closed"
connect f server
says server "connection from 127.0.0.1 port $f.port"
send f "$one\n"
expect a "$one\n"
# All go, and others come.
close f
close a
once server "connection from 127.0.0.1 port $f.port closed"
once server "connection from 127.0.0.1 port $a.port closed"
connect g server
says server "connection from 127.0.0.1 port $g.port"
connect h server
says server "connection from 127.0.0.1 port $h.port"
send g "$one"
shut g
expect h "$one\n"
END
}

# 8 points · R8.7 R8.12
# Try: ./chat_server, and type there; printf 'one\ntwo\n' | ./chat_server; ./chat_server </dev/null
# Hint: Standard input is one more descriptor for poll: read from it (never by fgets), keep what
#   lacks its LF, and take it out of the list at its end.
# Ask: poll says that standard input can be read, and read returns 0. What does poll say the
#   next time? Where are the second and third of three lines when fgets has returned the first?
# See: poll(2), read(2) RETURN VALUE
# Read: #stdio-and-poll, #pollhup-and-pollerr-come-unasked
# Sketch: something on standard input: read a piece; its whole lines go to every client
#   the end: -1 in place of its descriptor, and the server goes on
@test "chat_server lets what is typed go to everybody, and outlives the end of its input" {
  needs 2
  play <<'END'
random one 9 text
start server -serves poll chat_server 127.0.0.1 0
listening server
connect a server
says server "connection from 127.0.0.1 port $a.port"
cuts server a "$one\n\nGr\xc3\xbc\xc3\x9fe\n" "server: $one\nserver: \nserver: Gr\xc3\xbc\xc3\x9fe\n"
connect b server
says server "connection from 127.0.0.1 port $b.port"
input server "$one\n"
expect a "server: $one\n"
expect b "server: $one\n"
input server "two\nGr\xc3\xbc\xc3\x9fe\nfo"
expect a "server: two\nserver: Gr\xc3\xbc\xc3\x9fe\n"
expect b "server: two\nserver: Gr\xc3\xbc\xc3\x9fe\n"
send a "between\n"
expect b "between\n"
input server "ur\n"
expect b "server: four\n"
expect a "server: four\n"
input server "exit\n"
expect a "server: exit\n"
expect b "server: exit\n"
idle server
noinput server
send b "$one $one\n"
expect a "$one $one\n"
idle server
# From the beginning.
start deaf -serves poll chat_server 127.0.0.1 0
noinput deaf
listening deaf
connect c deaf
says deaf "connection from 127.0.0.1 port $c.port"
connect d deaf
says deaf "connection from 127.0.0.1 port $d.port"
send c "$one\n"
expect d "$one\n"
idle deaf
# A terminal.
start term -serves poll -on terminal chat_server 127.0.0.1 0
listening term
connect e term
says term "connection from 127.0.0.1 port $e.port"
input term "$one\n"
expect e "server: $one\n"
input term "two\nthree\n"
expect e "server: two\nserver: three\n"
noinput term
connect f term
says term "connection from 127.0.0.1 port $f.port"
send e "$one\n"
expect f "$one\n"
idle term
END
}

# 9 points · R8.10 R8.12
# Try: nc 127.0.0.1 9998 >/dev/null      (stop it with Ctrl-Z)
# Try: yes 'a line' | head -c 20000000 | ./chat_client -n Flood, with an nc beside it
# Hint: No send may wait (O_NONBLOCK): what the kernel does not take waits in a queue of that
#   client, for POLLOUT; and a client whose queue is longer than 256 KiB is dropped.
# Ask: One client does not read, and its buffers are full. In which call is your server now?
#   And how much does it keep for that client?
# See: fcntl(2) F_SETFL, send(2) ERRORS, poll(2)
# Read: #sockets-that-do-not-block, #a-queue-has-a-bound-as-well, #pollout-only-while-something-waits
# Sketch: each client's socket: O_NONBLOCK
#   a line for it: behind what waits already; send what goes; more than 256 KiB left? gone
#   poll: POLLOUT for those for whom something waits, and nobody else
@test "chat_server lets nobody wait for a client that does not read, and drops it in the end" {
  needs 3
  play <<'END'
random one 9 text
fill text 3999 "x"
fill chunk 16 "$text\n"
start server -serves poll chat_server 127.0.0.1 0
listening server
connect a server
says server "connection from 127.0.0.1 port $a.port"
connect b server
says server "connection from 127.0.0.1 port $b.port"
narrow slow
connect slow server
says server "connection from 127.0.0.1 port $slow.port"
narrow tardy
connect tardy server
says server "connection from 127.0.0.1 port $tardy.port"
# Less than 256 KiB for each of the two: about 100 KB wait in the kernel.
times 4
send a $chunk
expect b $chunk
done
send b "$one\n"
expect a "$one\n"
idle server
# One of them reads again, and nothing is lost.
times 4
expect tardy $chunk
done
expect tardy "$one\n"
send tardy "$one $one\n"
expect a "$one $one\n"
expect b "$one $one\n"
shut tardy
end tardy
close tardy
once server "connection from 127.0.0.1 port $tardy.port closed"
never server "connection from 127.0.0.1 port $slow.port closed"
# The other one does not.
flood a b $chunk server "connection from 127.0.0.1 port $slow.port closed"
once server "connection from 127.0.0.1 port $slow.port closed"
send b "$one\n"
expect a "$one\n"
never server "connection from 127.0.0.1 port $b.port closed"
idle server
END
}

# 6 points · R8.9
# Try: for i in $(seq 100); do (sleep 5; echo $i) | nc -N 127.0.0.1 9998 & done
# Hint: Let the list of clients grow (realloc); an entry of poll for each; no thread and no
#   process for anybody.
# Ask: How many clients have room in your list, and what happens with the next one?
# See: poll(2), realloc(3)
# Read: #one-list-and-who-is-in-it
# Sketch: a client more: the arrays grow by one; a client less: it is taken out behind the
#   round, and nobody else is left out for it
@test "chat_server serves 100 clients at once, in one thread" {
  needs 2
  play <<'END'
random name 6 text
start server -serves poll chat_server 127.0.0.1 0
listening server
times 100
connect c$round server
done
lines server 101
single server
send c100 "$name\n"
times 99
expect c$round "$name\n"
done
times 99
send c$round "$name-$round\n"
expect c100 "$name-$round\n"
done
# One in the middle goes, and those behind it are still served.
close c50
logs server "connection from 127.0.0.1 port $c50.port closed"
send c1 "still here?\n"
expect c100 "still here?\n"
send c99 "yes\n"
expect c100 "yes\n"
single server
END
}

# 7 points · R8.11 R8.8
# Try: for i in $(seq 300); do printf half | nc -N 127.0.0.1 9998; done
# Hint: A send to a client that has gone raises SIGPIPE: ignore the signal. Whatever call fails
#   for a client is the end of that client only; close its socket, free what was kept for it.
# Ask: What does your server do when accept fails, as no descriptor is left? And what does poll
#   say right after that?
# See: signal(7), send(2) ERRORS, accept(2) ERRORS, close(2)
# Read: #one-list-and-who-is-in-it, #out-of-descriptors, 02-tcp-server.md#servers-and-sigpipe
# Sketch: an error, the end, too much: mark the client as gone
#   behind the round: close, say so, free, for each that is marked
@test "chat_server outlives clients that leave, reset or send rubbish, and serves on" {
  needs 3
  play <<'END'
random one 8 text
start server -serves poll -files 40 SHIM_HEAVY=60000 chat_server 127.0.0.1 0
listening server
connect a server
says server "connection from 127.0.0.1 port $a.port"
connect b server
says server "connection from 127.0.0.1 port $b.port"
weigh server
times 40
connect c server
close c
connect d server
reset d
connect e server
says server "connection from 127.0.0.1 port $e.port"
reset e
connect f server
says server "connection from 127.0.0.1 port $f.port"
send a "$one $round\n"
expect b "$one $round\n"
close f
send a "$one\n"
expect b "$one\n"
send a "$one\n"
expect b "$one\n"
done
# Two that talk when others are gone in the same moment.
times 5
connect g server
says server "connection from 127.0.0.1 port $g.port"
connect h server
says server "connection from 127.0.0.1 port $h.port"
send g "\0\xff\xfe\r\n"
reset h
expect b "\0\xff\xfe\r\n"
expect a "\0\xff\xfe\r\n"
close g
done
clean server 170
# What has come of a line is given back as well, whatever becomes of it.
start lonely -serves poll SHIM_HEAVY=120000 chat_server 127.0.0.1 0
listening lonely
weigh lonely
times 80
connect i lonely
send i "half a line"
taken i
reset i
logs lonely "connection from 127.0.0.1 port $i.port closed"
done
clean lonely 80
kill lonely
# One leaves while a line for it is on its way, in calls that send little.
start slow -serves poll -cutout 5 SHIM_SLOW=10 chat_server 127.0.0.1 0
listening slow
connect p slow
says slow "connection from 127.0.0.1 port $p.port"
connect q slow
says slow "connection from 127.0.0.1 port $q.port"
connect r slow
says slow "connection from 127.0.0.1 port $r.port"
random head 5 text
random rest 250 text
send p "$head$rest\n"
expect q $head
close q
expect r "$head$rest\n"
once slow "connection from 127.0.0.1 port $q.port closed"
send r "$one\n"
expect p "$one\n"
kill slow
# More clients than it may have descriptors: some of them wait.
times 37
connect e$round server
done
send a "$one\n"
expect b "$one\n"
idle server
times 37
close e$round
done
# These have been inside for sure.
logs server "connection from 127.0.0.1 port $e1.port closed"
logs server "connection from 127.0.0.1 port $e10.port closed"
logs server "connection from 127.0.0.1 port $e20.port closed"
connect last server
says server "connection from 127.0.0.1 port $last.port"
send last "last\n"
expect a "last\n"
expect b "last\n"
never server "connection from 127.0.0.1 port $a.port closed"
never server "connection from 127.0.0.1 port $b.port closed"
idle server
END
}

# 8 points · R8.14 R8.15 R8.16 R8.17
# Try: printf 'one\ntwo\nthree' | ./chat_client -n Ann, with ./chat_server and an nc
# Hint: Wait with poll for standard input and the server at once; take lines out of what read
#   has returned, all of them, and put the name before each.
# Ask: read has returned "one\ntwo\nthree\n". How many lines does your client send then, and
#   what makes it send the others?
# See: poll(2), read(2), getopt(3)
# Read: #stdio-and-poll, #who-ends-first
# Sketch: poll: something typed? read a piece, send each whole line, with name and ": "
#   something from the server? print it
#   exit or the end: what is left goes out first
@test "chat_client sends each line with its name, and prints what comes" {
  play <<'END'
random one 9 text
listen server
start client chat_client -n Ann 127.0.0.1 $server.port
accept c server
input client "$one\n"
expect c "Ann: $one\n"
send c "Bob: $one?\n"
says client "Bob: $one?"
input client "one\ntwo\n\nGr\xc3\xbc\xc3\x9fe\0 %s\n"
expect c "Ann: one\nAnn: two\nAnn: \nAnn: Gr\xc3\xbc\xc3\x9fe\0 %s\n"
input client "ha"
send c "mean"
send c "while\nexit\nanother\n"
says client "meanwhile"
says client "another"
input client "lf\nexiting\nexit now\nno exit\n"
expect c "Ann: half\nAnn: exiting\nAnn: exit now\nAnn: no exit\n"
idle client
input client "bye\nexit\nnot sent\n"
expect c "Ann: bye\n"
gone c
close c
prints client "Bob: $one?\nmeanwhile\nexit\nanother\n"
exits client 0
# Cut at every byte, both ways.
start parts chat_client -n M 127.0.0.1 $server.port
accept p server
cuts parts p "$one\n\n\xc3\xbc\n" "M: $one\nM: \nM: \xc3\xbc\n"
cuts p parts "$one\n\n\xc3\xbc\0x\r\n" "$one\n\n\xc3\xbc\0x\r\n"
kill parts
# The end of input, and a last line without its LF.
start again chat_client -n "$one Bob" 127.0.0.1 $server.port
accept d server
input again "first\nla"
expect d "$one Bob: first\n"
input again "st"
noinput again
expect d "$one Bob: last\n"
gone d
close d
exits again 0
# The user's name.
names user machine
start third chat_client 127.0.0.1 $server.port
accept e server
input third "hello\nexit\n"
until e "\n" line
match line "^$user: hello$" like "USER: hello"
gone e
close e
exits third 0
# A real server.
start real reference:chat_server 127.0.0.1 0
listening real
connect f real
says real "connection from 127.0.0.1 port $f.port"
start fourth chat_client -n Dora 127.0.0.1 $real.port
input fourth "hello\n"
expect f "Dora: hello\n"
send f "hello, Dora\n"
says fourth "hello, Dora"
noinput fourth
exits fourth 0
END
}

# 6 points · R8.15 R8.18 R8.27
# Try: ./chat_client in one terminal; stop the server with Ctrl-C in another
# Hint: poll for the server's socket as well as for standard input: recv that returns 0 there
#   means that the server has gone, whether anybody types or not.
# Ask: Nobody types anything. In which call is your client, and what wakes it up?
# See: poll(2), recv(2) RETURN VALUE, err(3)
# Read: #stdio-and-poll, 01-tcp-client.md#errors-say-what-was-tried
# Sketch: the server's end while we would still talk: say so, and status 1
@test "chat_client talks on a terminal, and says when the server goes" {
  needs 10
  play <<'END'
random one 9 text
listen server
start client -on terminal chat_client -n Ann 127.0.0.1 $server.port
accept c server
send c "$one\n"
says client "$one"
input client "$one\n"
expect c "Ann: $one\n"
input client "tw"
send c "nobody has finished a line\n"
says client "nobody has finished a line"
input client "o\nthree\n"
expect c "Ann: two\nAnn: three\n"
input client "la"
noinput client
expect c "Ann: la\n"
gone c
close c
exits client 0
start other -on terminal chat_client -n Ann 127.0.0.1 $server.port
accept o server
input other "hello\nexit\n"
expect o "Ann: hello\n"
gone o
close o
exits other 0
# The server goes, and nobody types.
start left chat_client 127.0.0.1 $server.port
accept d server
send d "bye\n"
close d
says left "bye"
complains left 1
start torn chat_client 127.0.0.1 $server.port
accept e server
send e "hello\n"
says torn "hello"
reset e
complains torn 1
start term -on terminal chat_client 127.0.0.1 $server.port
accept f server
send f "so long\n"
close f
says term "so long"
complains term 1
dead nobody
start none chat_client 127.0.0.1 $nobody.port
fails none
END
}

# 6 points · R8.17 R8.19
# Try: seq 100000 | ./chat_client -n Count | tail -n 1, with ./chat_server and an nc
# Hint: send may take fewer bytes than it was given: the rest goes out before the program ends.
#   At the end of input the server may not have read anything yet.
# Ask: read has returned 0. Which bytes has the server not got yet, and where are they?
# See: send(2), shutdown(2), close(2)
# Read: #who-ends-first, 01-tcp-client.md#half-close
# Sketch: input is over: go on until all is sent; say that this was all; then the end
@test "chat_client has everything sent before it ends" {
  needs 10
  play <<'END'
random one 50 text
fill typed 8000 "$one\n"
fill lines 8000 "Ann: $one\n"
fill much 2000 "Bob: $one\n"
narrow server
listen server
start client chat_client -n Ann 127.0.0.1 $server.port
accept c server
# The server does not read for a while, and says much meanwhile.
pour client $typed
noinput client
idle client
send c $much
lines client 2000
expect c $lines
gone c
close c
exits client 0
# Calls that move few bytes.
listen other
start cut -cut 7 chat_client -n Ann 127.0.0.1 $other.port
accept d other
send d "${much}"
lines cut 2000
input cut "$one\n$one\n$one\nexit\n"
expect d "Ann: $one\nAnn: $one\nAnn: $one\n"
gone d
close d
prints cut $much
exits cut 0
# The server goes while much waits for it.
start left chat_client -n Ann 127.0.0.1 $server.port
accept e server
pour left $typed
idle left
freeze left
shut e
reset e
thaw left
exits left 1
END
}

# 7 points · R8.20 R8.21 R8.22 R8.23 R8.24
# Try: ./udp_chat -l in one terminal, ./udp_chat in two others
# Hint: One datagram a line, without its LF. recvfrom tells who has spoken: keep that for
#   sendto. A line before anybody spoke has nowhere to go: say so, and go on.
# Ask: To whom does your program send, and when does it learn that?
# See: recvfrom(2), sendto(2), poll(2), getnameinfo(3)
# Read: #udp-no-frames-needed, #econnrefused-after-the-fact
# Sketch: poll for both: a datagram: keep its sender, print address, port and text
#   something typed: each whole line is a datagram; nobody known yet: a line on standard error
@test "udp_chat talks both ways, and with -l answers whoever spoke last" {
  play <<'END'
random one 9 text
random long 9000 text
udp u
start chat udp_chat 127.0.0.1 $u.port
input chat "$one\n"
expect u $one
reply u "Gr\xc3\xbc\xc3\x9fe %s"
says chat "127.0.0.1 port $u.port: Gr\xc3\xbc\xc3\x9fe %s"
input chat "two\nthree\nfo"
expect u "two"
expect u "three"
reply u "one"
reply u "exit"
reply u "nul\0 and \xff"
reply u "another"
says chat "127.0.0.1 port $u.port: one"
says chat "127.0.0.1 port $u.port: exit"
says chat "127.0.0.1 port $u.port: nul\0 and \xff"
says chat "127.0.0.1 port $u.port: another"
input chat "ur\nexit now\0\nlast\nexit\nnot sent\n"
expect u "four"
expect u "exit now\0"
expect u "last"
exits chat 0
quiet u
# Who listens answers whoever spoke last.
udp v
port told
start wait udp_chat -l 127.0.0.1 $told
bound wait 127.0.0.1 $told
says wait "listening on 127.0.0.1 port $told"
input wait "too early\n"
warns wait
sendto u wait "$one"
says wait "127.0.0.1 port $u.port: $one"
input wait "first answer\n"
expect u "first answer"
sendto v wait "two"
says wait "127.0.0.1 port $v.port: two"
input wait "second\n\nthird\n"
expect v "second"
expect v ""
expect v "third"
quiet u
sendto v wait ""
says wait "127.0.0.1 port $v.port: "
sendto u wait $long
says wait "127.0.0.1 port $u.port: $long"
input wait "$long\n"
expect u $long
input wait "la"
sendto u wait "between"
says wait "127.0.0.1 port $u.port: between"
input wait "st"
noinput wait
expect u "last"
exits wait 0
# Nobody is there any more, then somebody is.
udp n
start alone udp_chat 127.0.0.1 $n.port
input alone "$one\n"
expect n $one
dies n
input alone "anyone?\n"
idle alone
revives n
input alone "$one $one\n"
expect n "$one $one"
noinput alone
exits alone 0
# A terminal.
start term -on terminal udp_chat 127.0.0.1 $n.port
input term "$one\n"
expect n $one
reply n "two"
says term "127.0.0.1 port $n.port: two"
noinput term
exits term 0
END
}

# 3 points · R8.1 R8.13 R8.20 R8.25
# Try: ./chat_server ::1 9998, and: ./chat_client ::1; ./chat_client localhost
# Hint: Without arguments all use 127.0.0.1 and the ports 9998 and 39999. getaddrinfo, with no
#   family given, takes names and both kinds of address; net.h does all of this.
# Ask: Which functions of net.h look up the host, and which of them do your programs call?
# See: getaddrinfo(3), socket(7) SO_REUSEADDR
# Read: #requirements, 02-tcp-server.md#so_reuseaddr-and-time_wait
# Sketch: host and port: from the command line, or else the usual ones; all else is in net.h
@test "the programs meet without being told where, again after a restart, and on IPv6" {
  needs 2 10 13
  play <<'END'
alone 9998 39999
ipv6
start server -serves poll chat_server
listening server 127.0.0.1 9998
says server "listening on 127.0.0.1 port 9998"
connect a server
says server "connection from 127.0.0.1 port $a.port"
kill server
gone a
close a
start again -serves poll chat_server 127.0.0.1 9998
listening again 127.0.0.1 9998
kill again
listen place 127.0.0.1 9998
start client chat_client
accept c place
kill client
start six -serves poll chat_server ::1 0
listening six ::1
says six "listening on ::1 port $six.port"
connect b six
says six "connection from ::1 port $b.port"
connect d six
says six "connection from ::1 port $d.port"
send b "hi\n"
expect d "hi\n"
says six "::1 port $b.port: hi"
start sixth chat_client -n Ann ::1 $six.port
input sixth "six\n"
expect b "Ann: six\n"
noinput sixth
exits sixth 0
start wait udp_chat -l
bound wait 127.0.0.1 39999
says wait "listening on 127.0.0.1 port 39999"
udp u
sendto u wait "hello"
says wait "127.0.0.1 port $u.port: hello"
kill wait
udp v 127.0.0.1 39999
start talk udp_chat
input talk "hello\n"
expect v "hello"
udp w ::1
start seven udp_chat ::1 $w.port
input seven "six\n"
expect w "six"
reply w "too"
says seven "::1 port $w.port: too"
END
}

# 3 points · R8.26 R8.27
# Try: ./chat_server 127.0.0.1 80x; echo "status $?"
# Hint: getopt returns '?' for an unknown option and for one without its value; is_port of
#   net.h says whether a word is a port.
# Ask: What does your program make of two hosts, of port 80x, of port 65536?
# See: getopt(3), strtol(3), err(3)
# Read: #requirements, 01-tcp-client.md#the-command-line
# Sketch: each word that is no number, each one too many: usage, before anything is tried
@test "the programs explain a wrong command line, and a port in use" {
  needs 1
  play <<'END'
start a chat_server 127.0.0.1 80x
complains a 2
start a chat_server 127.0.0.1 0 more
complains a 2
start a chat_server -z
complains a 2
start a chat_server 127.0.0.1 65536
complains a 1-2
start b chat_client 127.0.0.1 nine
complains b 2
start b chat_client -z
complains b 2
start b chat_client -n
complains b 2
start b chat_client 127.0.0.1 9 more
complains b 2
start b chat_client 127.0.0.1 99999
complains b 1-2
start c udp_chat 127.0.0.1 -5
complains c 2
start c udp_chat -z
complains c 2
start c udp_chat 127.0.0.1 9 more
complains c 2
start c udp_chat 127.0.0.1 65536
complains c 1-2
start first chat_server 127.0.0.1 0
listening first
start a chat_server 127.0.0.1 $first.port
fails a
END
}
