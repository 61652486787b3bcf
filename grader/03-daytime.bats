# Checks of lab 03: a whole service. The words of the conversations are explained
# at the head of tools/play.c.
# Programs: daytime_server daytime_client

load lib/check

# 8 points · R3.7 R3.6
# Try: ./daytime_server 127.0.0.1 9999 | cat     (the line must come at once)
# Hint: What hello_server of lab 02 does: open_listener, then a line with the address
#   and port that the socket really has, flushed.
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
