# Checks of lab 04: many clients at once. The words of the conversations are
# explained at the head of tools/play.c.
# Programs: greet_server greet_client fork_server

load lib/check

# 5 points · R4.1 R4.2
# Try: ./greet_server 127.0.0.1 9999 | cat     (the line must come at once)
# Hint: open_listener and announce_listener do it; then serve_clients waits for clients.
# Ask: Which line of main says where the server can be reached, and which of your
#   functions runs before that, and which after?
# See: listen(2), getsockname(2), accept(2)
# Read: #a-thread-for-each-connection, 02-tcp-server.md#standard-output-into-a-pipe
# Sketch: once it listens and has said so: for ever, make room for what is to be
#   known of a client, wait for one, and go to the next
@test "greet_server listens where it is told, and says so" {
  play <<'END'
port told
start server -serves threads greet_server 127.0.0.1 $told
listening server 127.0.0.1 $told
says server "listening on 127.0.0.1 port $told"
start chosen -serves threads greet_server -d 5 127.0.0.1 0
listening chosen 127.0.0.1
says chosen "listening on 127.0.0.1 port $chosen.port"
idle chosen
END
}

# 12 points · R4.3 R4.4 R4.6 R4.7 R4.2
# Try: ./greet_server -d 0                    (first terminal)
# Try: nc 127.0.0.1 9999                      (second terminal: type names, then exit)
# Hint: Send "Welcome!" first. Then recv and answer until the name is exit or recv returns
#   0; then close, print that it is closed, and let the thread end.
# Ask: Who speaks first here? And which two things end a talk, of which one is not an
#   answer of recv?
# See: recv(2) RETURN VALUE, send(2), memcmp(3), close(2)
# Read: #the-protocol-byte-by-byte, #give-it-back-in-every-thread
# Sketch: the welcome
#   as long as a piece comes: exit? then out of the loop; else the answer, in one array
#   behind the loop: close, say so with the address that came with the client
@test "greet_server greets a client, answers each name and closes at exit" {
  needs 1
  play <<'END'
random one 9 text
random two 7 text
start server -serves threads greet_server -d 0 127.0.0.1 0
listening server
connect a server
expect a "Welcome!"
says server "connection from 127.0.0.1 port $a.port"
send a $one
expect a "Hello, $one!"
send a $two
expect a "Hello, $two!"
never server "connection from 127.0.0.1 port $a.port closed"
send a "exit"
end a
close a
once server "connection from 127.0.0.1 port $a.port closed"
# The next one ends its stream.
connect b server
expect b "Welcome!"
send b $two
expect b "Hello, $two!"
never server "connection from 127.0.0.1 port $b.port closed"
shut b
end b
close b
once server "connection from 127.0.0.1 port $b.port closed"
# And one says nothing at all.
connect c server
shut c
expect c "Welcome!"
end c
once server "connection from 127.0.0.1 port $c.port closed"
once server "connection from 127.0.0.1 port $a.port closed"
idle server
END
}

# 8 points · R4.4 R4.5
# Try: ./greet_server -d 0, and: telnet 127.0.0.1 9999
# Try: printf 'a\0b' | nc -N 127.0.0.1 9999 | od -c
# Hint: A name is the bytes that recv counted, less a \n at its end and a \r before that:
#   no NUL stands behind it, and some may stand in it. Compare it with exit as a whole.
# Ask: Which bytes belong to the name "Bob\r\n", and how many to "\n"? What does strlen
#   say of a name with a NUL in it, and what of one with no NUL behind it?
# See: recv(2), memcpy(3), memcmp(3)
# Read: #the-protocol-byte-by-byte, 02-tcp-server.md#a-piece-is-not-a-string-either
# Sketch: length: what recv said; one less where the last byte is a line feed; and if
#   so, one less again where a carriage return is the last now
#   exit: the lengths are the same, and so are the bytes
#   answer: seven bytes, then so many of the name, then one
@test "greet_server takes a line end off, and every other byte as it is" {
  needs 2
  play <<'END'
start server -serves threads greet_server -d 0 127.0.0.1 0
listening server
connect a server
expect a "Welcome!"
send a "telnet\r\n"
expect a "Hello, telnet!"
send a "nc\n"
expect a "Hello, nc!"
send a "one\0two"
expect a "Hello, one\0two!"
send a "%s%n Gr\xc3\xbc\xc3\x9fe, \xff\x01 \\n"
expect a "Hello, %s%n Gr\xc3\xbc\xc3\x9fe, \xff\x01 \\n!"
send a "one\r\ntwo"
expect a "Hello, one\r\ntwo!"
send a "\n"
expect a "Hello, !"
random long 1000 text
send a $long
expect a "Hello, $long!"
send a "\r\n"
expect a "Hello, !"
send a "b"
expect a "Hello, b!"
send a "exits"
expect a "Hello, exits!"
send a "exi"
expect a "Hello, exi!"
send a "exit\r\n"
end a
connect b server
expect b "Welcome!"
send b "exit\n"
end b
END
}

# 11 points · R4.8
# Try: ./greet_server -d 0, and nc 127.0.0.1 9999 in three terminals; type in the last one first
# Hint: Start a thread for each client and go back to accept at once. What waits for a
#   client, or for a thread, must not stand in the loop that accepts.
# Ask: Your server has welcomed the first client, which says nothing. In which call does
#   each of its threads wait now?
# See: pthread_create(3), pthread_detach(3), accept(2)
# Read: #a-thread-for-each-connection, #join-or-detach
# Sketch: the loop: accept; a new thread gets the client; nobody waits for it; again
#   the thread: the whole talk with this one client, and its end
@test "greet_server lets a silent client delay nobody" {
  needs 2
  play <<'END'
random name 8 text
start server -serves threads greet_server -d 0 127.0.0.1 0
listening server
connect silent server
expect silent "Welcome!"
connect b server
expect b "Welcome!"
connect c server
expect c "Welcome!"
connect d server
expect d "Welcome!"
# They speak in the reverse order of their coming.
send d "$name-d"
expect d "Hello, $name-d!"
send c "$name-c"
expect c "Hello, $name-c!"
send d "exit"
end d
close d
once server "connection from 127.0.0.1 port $d.port closed"
send b "$name-b"
expect b "Hello, $name-b!"
connect e server
expect e "Welcome!"
send e "$name-e"
expect e "Hello, $name-e!"
send c "$name again"
expect c "Hello, $name again!"
reset e
send silent $name
expect silent "Hello, $name!"
send silent "exit"
end silent
shut b
end b
send c "last"
expect c "Hello, last!"
never server "connection from 127.0.0.1 port $c.port closed"
idle server
END
}

# 10 points · R4.8 R4.7
# Try: cc -g -pthread -fsanitize=thread -o greet_server greet_server.c; ./greet_server
# Try: for i in 1 2 3; do ./greet_client 127.0.0.1 9999 $i & done; wait
# Hint: Each thread needs a struct connection of its own, made by malloc, and arrays that
#   are neither static nor global.
# Ask: Two threads run the same function at the same time. Which of its variables are two,
#   and which is one? What is in the variable whose address you gave to pthread_create
#   when the thread at last reads it?
# See: pthread_create(3) ARGUMENTS, malloc(3), pthreads(7)
# Read: #what-threads-share
# Sketch: for each client a block from the heap: its socket, its address, the pause
#   the thread gets the block's address, and gives it back at the end
#   names and answers: arrays inside the function
@test "greet_server gives each of three clients at once its own answers" {
  needs 2
  play <<'END'
random one 8 text
random two 8 text
random three 8 text
# Threads begin late here, and sending takes its time.
start server -serves threads SHIM_TOGETHER=3 SHIM_SLOW=100 greet_server -d 200 127.0.0.1 0
listening server
connect a server
connect b server
connect c server
expect a "Welcome!"
expect b "Welcome!"
expect c "Welcome!"
send a $one
send b $two
send c $three
expect a "Hello, $one!"
expect b "Hello, $two!"
expect c "Hello, $three!"
send b "exit"
end b
close b
send a "exit"
end a
close a
shut c
end c
once server "connection from 127.0.0.1 port $a.port"
once server "connection from 127.0.0.1 port $b.port"
once server "connection from 127.0.0.1 port $c.port"
once server "connection from 127.0.0.1 port $a.port closed"
once server "connection from 127.0.0.1 port $b.port closed"
once server "connection from 127.0.0.1 port $c.port closed"
idle server
END
}

# 6 points · R4.5
# Try: ./greet_server -d 3000, and: echo you | nc 127.0.0.1 9999
# Hint: getopt's optarg is the number of milliseconds; nanosleep wants seconds and
#   nanoseconds. The pause comes between the name and its answer.
# Ask: How many seconds and how many nanoseconds are 1900 milliseconds?
# See: getopt(3), nanosleep(2)
# Read: #requirements
# Sketch: the thousands of the number are the seconds; what is left, times a million, the
#   nanoseconds
@test "greet_server works on each answer for as long as -d says" {
  needs 2
  play <<'END'
random name 8 text
start slow -serves threads greet_server -d 1900 127.0.0.1 0
start usual -serves threads greet_server 127.0.0.1 0
start quick -serves threads greet_server -d 0 127.0.0.1 0
listening slow
listening usual
listening quick
connect a slow
expect a "Welcome!"
connect b usual
expect b "Welcome!"
connect c quick
expect c "Welcome!"
send a $name
send b $name
times 3
send c "$name$round"
expect c "Hello, $name$round!"
done
prompt c 900
expect b "Hello, $name!"
paused b 1000
expect a "Hello, $name!"
paused a 1900
END
}

# 9 points · R4.8 R4.5
# Try: ./greet_server, and: for i in $(seq 100); do ./greet_client 127.0.0.1 9999 $i & done; wait
# Hint: The pause must be in the client's own thread, and no lock may be held meanwhile.
# Ask: While one thread pretends to work, what keeps another from doing the same?
# See: pthread_create(3), nanosleep(2), listen(2)
# Read: #a-thread-for-each-connection, #what-threads-share
# Sketch: nothing that waits stands in the loop that accepts, and nothing that waits holds a
#   lock; no table with a fixed number of clients
@test "greet_server serves 100 clients at once" {
  needs 4 5 6
  play <<'END'
random name 6 text
start server -serves threads greet_server -d 200 127.0.0.1 0
listening server
times 100
connect c$round server
expect c$round "Welcome!"
done
times 100
send c$round "$name-$round"
done
# One after the other this would take 20 seconds, and the last has to be quick.
times 100
expect c$back "Hello, $name-$back!"
done
times 100
send c$round "exit"
end c$round
done
idle server
END
}

# 10 points · R4.9 R4.7
# Try: ./greet_server -d 0, and: yes | nc 127.0.0.1 9999 >/dev/null  (end it with Ctrl-C), then: nc 127.0.0.1 9999
# Hint: A send to a client that has gone raises SIGPIPE: ignore the signal, and send
#   returns -1. What goes wrong with one client must end that client only.
# Ask: One client resets while its thread waits in recv: what does recv return, and what
#   does your thread do then? When no thread is to be had, how does the server learn it?
# See: signal(7), send(2) ERRORS, pthread_create(3) RETURN VALUE, warn(3)
# Read: #one-clients-trouble, 02-tcp-server.md#servers-and-sigpipe
# Sketch: recv or send failed: warn, out of the talk, and the thread ends as always
#   no thread for this client: warn, close it, the next
@test "greet_server outlives clients that leave, reset or never read, and serves on" {
  needs 4 5
  play <<'END'
random name 8 text
fill much 900 "x"
fill more 400000 "x"
start server -serves threads -cutout 5 SHIM_SCARCE=6 greet_server -d 0 127.0.0.1 0
listening server
connect a server
expect a "Welcome!"
# b asks and is gone, so that the answer has nowhere to go.
connect b server
expect b "Welcome!"
send b $much
close b
# c resets in the middle of the talk, d at its beginning.
connect c server
expect c "Welcome!"
send c $name
expect c "Hello, $name!"
send c $name
reset c
connect d server
reset d
send a $name
expect a "Hello, $name!"
# e sends and sends, and reads nothing.
small e
connect e server
stuff e $more
# For f there is no thread, or whatever the server needs.
connect f server
logs server "connection from 127.0.0.1 port $f.port"
send a "still there?"
expect a "Hello, still there?!"
connect g server
expect g "Welcome!"
send g $name
expect g "Hello, $name!"
once server "connection from 127.0.0.1 port $b.port closed"
once server "connection from 127.0.0.1 port $c.port closed"
once server "connection from 127.0.0.1 port $d.port closed"
never server "connection from 127.0.0.1 port $e.port closed"
reset e
once server "connection from 127.0.0.1 port $e.port closed"
close f
once server "connection from 127.0.0.1 port $f.port closed"
send a "exit"
end a
idle server
END
}

# 10 points · R4.10
# Try: ./greet_server -d 0, and: for i in $(seq 2000); do echo $i | nc -N 127.0.0.1 9999; done >/dev/null
# Try: ls /proc/$(pgrep -n -x greet_server)/task /proc/$(pgrep -n -x greet_server)/fd; pmap $(pgrep -n -x greet_server) | tail -n 1
# Hint: Detach each thread, close its descriptor, free what was made for it: on every way
#   out of the talk.
# Ask: A client has left. What did your server take for it, and in which line does it give
#   each of these back?
# See: pthread_detach(3), pthread_create(3) NOTES, close(2), free(3)
# Read: #join-or-detach, #give-it-back-in-every-thread
# Sketch: one function that ends a connection, called from one place: socket, line, block
#   the thread is told at its birth that nobody will wait for it
@test "greet_server serves 2,000 clients one after another, and nothing of them is left" {
  needs 4 5 6
  play <<'END'
start server -serves threads SHIM_HEAVY=20000 greet_server -d 0 127.0.0.1 0
listening server
times 20
connect a server
expect a "Welcome!"
send a "warm $round"
expect a "Hello, warm $round!"
close a
done
weigh server
times 50
connect a server
expect a "Welcome!"
send a "client $round"
expect a "Hello, client $round!"
send a "exit"
end a
close a
connect b server
expect b "Welcome!"
shut b
end b
close b
connect c server
expect c "Welcome!"
reset c
connect d server
expect d "Welcome!"
send d "gone"
close d
done
clean server 200
times 450
connect a server
expect a "Welcome!"
send a "client $round"
expect a "Hello, client $round!"
send a "exit"
end a
close a
connect b server
expect b "Welcome!"
shut b
end b
close b
connect c server
expect c "Welcome!"
reset c
connect d server
expect d "Welcome!"
send d "gone"
close d
done
clean server 2000
connect last server
expect last "Welcome!"
send last "last"
expect last "Hello, last!"
idle server
END
}

# 9 points · R4.12 R4.13 R4.14
# Try: ./greet_server &  ./greet_client; ./greet_client 127.0.0.1 9999 you me
# Hint: Print the welcome; for each name send it, wait for the answer, print that and a
#   line end; then send exit.
# Ask: Who speaks first? And when may the second name be sent, if the server is not to
#   take it for a part of the first?
# See: recv(2), send(2), fwrite(3)
# Read: #the-protocol-byte-by-byte, #a-piece-is-not-a-name
# Sketch: print an answer: that is the welcome
#   for each name: its bytes without the NUL; print an answer
#   exit
@test "greet_client says each name in its turn, and prints the answers" {
  play <<'END'
random one 8 text
listen server
start client greet_client 127.0.0.1 $server.port
accept c server
awaits c
send c "Welcome!"
expect c "Michael"
awaits c
send c "Hello, Michael!"
expect c "Tracy"
awaits c
send c "Hello, Tracy!"
expect c "Sarah"
awaits c
send c "Hello, Sarah!"
expect c "exit"
shut c
end c
prints client "Welcome!\nHello, Michael!\nHello, Tracy!\nHello, Sarah!\n"
exits client 0
# Names of the command line, and a server that says what it likes: as many bytes
# as the true one would, since a client may count them.
start client greet_client 127.0.0.1 $server.port $one "Gr\xc3\xbc\xc3\x9fe an alle"
accept c server
awaits c
send c "%s%n\xc3\xbc,!"
expect c $one
awaits c
send c "one\0two \xff, three"
expect c "Gr\xc3\xbc\xc3\x9fe an alle"
awaits c
send c "Welcome!Welcome!Welcome"
expect c "exit"
shut c
end c
prints client "%s%n\xc3\xbc,!\none\0two \xff, three\nWelcome!Welcome!Welcome\n"
exits client 0
# A real server.
start real reference:greet_server -d 0 127.0.0.1 0
listening real
start again greet_client 127.0.0.1 $real.port $one two
prints again "Welcome!\nHello, $one!\nHello, two!\n"
exits again 0
END
}

# 4 points · R4.15 R4.18
# Try: ./greet_client 127.0.0.1 9; echo "status $?"
# Try: printf 'Welcome!' | nc -N -l 9999, and: ./greet_client; echo "status $?"
# Hint: recv returns 0 where an answer should come: that is an error, and so is -1.
# Ask: Which values may recv return where you wait for an answer, and what does each mean?
# See: recv(2) RETURN VALUE, err(3)
# Read: 01-tcp-client.md#the-three-answers-of-recv, 01-tcp-client.md#errors-say-what-was-tried
# Sketch: -1: say why; 0: say that no answer came; both with status 1
@test "greet_client says why when no answer comes, or nobody is there" {
  needs 10
  play <<'END'
listen server
start client greet_client 127.0.0.1 $server.port
accept c server
close c
fails client
start client greet_client 127.0.0.1 $server.port
accept c server
send c "Welcome!"
expect c "Michael"
shut c
fails client
start client greet_client 127.0.0.1 $server.port
accept c server
send c "Welcome!"
expect c "Michael"
reset c
fails client
dead nobody
start client greet_client 127.0.0.1 $nobody.port
fails client
END
}

# 3 points · R4.1 R4.11 R4.16
# Try: ./greet_server ::1 9999, and: ./greet_client ::1; ./greet_client localhost
# Try: ./greet_server; while a client is connected, stop it with Ctrl-C and start it again
# Hint: Without arguments both use 127.0.0.1 and port 9999. getaddrinfo, with no family
#   given, takes names and both kinds of address; net.h does all of this.
# Ask: Which functions of net.h look up the host, and which of them do your programs call?
# See: getaddrinfo(3), getnameinfo(3), socket(7) SO_REUSEADDR
# Read: #requirements, 02-tcp-server.md#so_reuseaddr-and-time_wait
# Sketch: host and port: from the command line, or else the usual ones; all else is in net.h
@test "server and client meet without being told where, again after a restart, and on IPv6" {
  needs 2 10
  play <<'END'
alone 9999
ipv6
start server -serves threads greet_server
listening server 127.0.0.1 9999
says server "listening on 127.0.0.1 port 9999"
connect a server
expect a "Welcome!"
kill server
gone a
close a
start again -serves threads greet_server 127.0.0.1 9999
listening again 127.0.0.1 9999
kill again
listen place 127.0.0.1 9999
start client greet_client
accept c place
kill client
start six -serves threads greet_server -d 0 ::1 0
listening six ::1
says six "listening on ::1 port $six.port"
connect b six
expect b "Welcome!"
says six "connection from ::1 port $b.port"
shut b
end b
once six "connection from ::1 port $b.port closed"
listen sixth ::1
start client greet_client ::1 $sixth.port six
accept c sixth
send c "Welcome!"
expect c "six"
send c "Hello, six!"
expect c "exit"
close c
exits client 0
twofold host
listen name last $host
start client greet_client $host $name.port seven
accept c name
END
}

# 3 points · R4.17 R4.18
# Try: ./greet_server -d 1s; echo "status $?"
# Hint: getopt returns '?' for an unknown option and for one without its value;
#   parse_number and is_port of net.h say whether a word is a number.
# Ask: What does your program make of -d 1s, of -d -5, of port 65536?
# See: getopt(3), strtol(3), err(3)
# Read: #requirements, 01-tcp-client.md#the-command-line
# Sketch: each word that is no number, each one too many: usage, before anything is tried
@test "server and client explain a wrong command line, and a port in use" {
  needs 1 10
  play <<'END'
start a greet_server 127.0.0.1 80x
complains a 2
start a greet_server 127.0.0.1 0 more
complains a 2
start a greet_server -z
complains a 2
start a greet_server -d ten 127.0.0.1 0
complains a 2
start a greet_server -d 1s 127.0.0.1 0
complains a 2
start a greet_server -d -5 127.0.0.1 0
complains a 2
start a greet_server -d
complains a 2
start a greet_server 127.0.0.1 65536
complains a 1-2
start b greet_client 127.0.0.1 nine
complains b 2
start b greet_client -z
complains b 2
start b greet_client 127.0.0.1 99999
complains b 1-2
start first greet_server 127.0.0.1 0
listening first
start a greet_server 127.0.0.1 $first.port
fails a
END
}

# 10 stretch points · R4.19
# Try: ./fork_server -d 0, and nc 127.0.0.1 9999 in three terminals; ps f in a fourth
# Hint: fork makes a second process, which goes on in the same line: the child has the
#   talk and ends, the parent goes back to accept. Each closes the socket it does not need.
# Ask: After fork, how many descriptors of the client are there, and how many of the
#   listener? Which process closes which of them?
# See: fork(2), close(2), exit(3)
# Read: #processes-instead-of-threads
# Sketch: after fork: am I the child? without the listener: the talk, the end, the line, and
#   out of the program
#   the parent: without the client, back to accept
@test "fork_server does the same with a process for each connection" {
  play <<'END'
random name 8 text
start server -serves processes fork_server -d 0 127.0.0.1 0
listening server
says server "listening on 127.0.0.1 port $server.port"
weigh server
connect silent server
expect silent "Welcome!"
says server "connection from 127.0.0.1 port $silent.port"
connect b server
expect b "Welcome!"
connect c server
expect c "Welcome!"
children server 3
send c "$name-c\r\n"
expect c "Hello, $name-c!"
send b "$name-b"
expect b "Hello, $name-b!"
send c "exit"
end c
close c
once server "connection from 127.0.0.1 port $c.port closed"
children server 2
send b "one\0two\n"
expect b "Hello, one\0two!"
shut b
end b
send silent $name
expect silent "Hello, $name!"
reset silent
children server 0
once server "connection from 127.0.0.1 port $b.port closed"
once server "connection from 127.0.0.1 port $silent.port closed"
idle server
start slow -serves processes fork_server -d 300 127.0.0.1 0
listening slow
connect d slow
expect d "Welcome!"
send d $name
expect d "Hello, $name!"
paused d 300
start a fork_server -d 1s 127.0.0.1 0
complains a 2
END
}

# 10 stretch points · R4.20 R4.19
# Try: ./fork_server -d 0, and: for i in $(seq 300); do echo $i | nc -N 127.0.0.1 9999; done >/dev/null
# Try: ps -o pid,stat,comm --ppid $(pgrep -o -x fork_server); ls /proc/$(pgrep -o -x fork_server)/fd
# Hint: A child that has ended is a zombie until its parent calls waitpid: do that when
#   SIGCHLD comes, for as many as have ended. The signal interrupts accept.
# Ask: When does your server learn that a child has ended, if no further client comes?
#   And how many children may one SIGCHLD stand for?
# See: waitpid(2) WNOHANG, sigaction(2) SA_RESTART, signal(7)
# Read: #zombies, #give-it-back-in-every-thread
# Sketch: at SIGCHLD: ask for one child after the other, without waiting, until there is none;
#   errno afterwards as before
@test "fork_server leaves no process, zombie or descriptor behind" {
  needs 14
  play <<'END'
start server -serves processes -files 40 SHIM_SCARCE=306 fork_server -d 0 127.0.0.1 0
listening server
times 5
connect a server
expect a "Welcome!"
close a
done
weigh server
times 100
connect a server
offer a "client $round"
close a
connect b server
reset b
connect c server
shut c
expect c "Welcome!"
end c
close c
done
clean server 300
# For f there is no process, or whatever the server needs.
connect f server
logs server "connection from 127.0.0.1 port $f.port"
close f
connect last server
expect last "Welcome!"
send last "last"
expect last "Hello, last!"
send last "exit"
end last
close last
children server 0
# Three end while the server looks away.
times 3
connect c$round server
expect c$round "Welcome!"
done
freeze server
times 3
close c$round
done
children server 0 frozen
thaw server
children server 0
idle server
END
}
