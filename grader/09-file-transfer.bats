# Checks of lab 09: files as JSON and Base64. The words of the conversations are
# explained at the head of tools/play.c.
# Programs: file_server file_client

load lib/check

# 6 points · R9.7 R9.18
# Try: echo hello >hello.txt; ./file_server hello.txt 127.0.0.1 5566 | cat
# Hint: open_listener and announce_listener are in net.h; standard output is
#   line-buffered by setvbuf.
# Ask: Does the program come to accept, and does its first line reach a pipe at once?
# See: listen(2), getsockname(2), setvbuf(3)
# Read: 02-tcp-server.md#standard-output-into-a-pipe
# Sketch: open the file once to see that it is there; open_listener; announce_listener;
#   for ever: accept_client, a thread
@test "file_server listens where it is told, and says so" {
  play <<'END'
file hello.txt "Hello\n"
port told
start server file_server hello.txt 127.0.0.1 $told
listening server 127.0.0.1 $told
says server "listening on 127.0.0.1 port $told"
start chosen file_server hello.txt 127.0.0.1 0
listening chosen 127.0.0.1
says chosen "listening on 127.0.0.1 port $chosen.port"
idle chosen
END
}

# 12 points · R9.1 R9.7
# Try: printf Man >man.txt; ./file_server man.txt
# Try: nc -d 127.0.0.1 5566; echo          ({"filename": "man.txt", "filedata": "TWFu"})
# Hint: The object is one piece of text: {"filename": "NAME", "filedata": "BASE64"},
#   and then the end of the stream.
# Ask: Type the two commands above. Is what nc prints an object, to the last bracket, and does nc end?
# See: send(2), fread(3), close(2)
# Read: #the-protocol-byte-by-byte
# Sketch: send the beginning up to the contents; the contents piece by piece; "\"}"; close
@test "file_server sends its file as one JSON object, and closes" {
  needs 1
  play <<'END'
random word 8 text
random noise 300
set body "Man\r\n\0\xff$noise"
file ${word}.dat $body
start server file_server ${word}.dat 127.0.0.1 0
listening server
connect a server
object a ${word}.dat $body
lines server 2
close a
connect b server
shut b
object b ${word}.dat $body
lines server 3
idle server
# The same when its calls take little at a time.
start short -cutout 50 file_server ${word}.dat 127.0.0.1 0
listening short
connect c short
object c ${word}.dat $body
END
}

# 10 points · R9.3
# Try: printf 1234 >4.txt; ./file_server 4.txt
# Try: nc -d 127.0.0.1 5566 | sed 's/.*: "//; s/".*//' | base64 -d
# Hint: Three bytes become four digits. Of a rest of one byte come two digits and
#   "==", of two bytes three and "="; and there is a rest at the very end only.
# Ask: What becomes of a file of 1, 2, 3 and 4 bytes? And of one that is longer than your buffer?
# See: base64(1), fread(3)
# Read: #base64
# Sketch: for each 3 bytes: 4 digits; rest 1: 2 digits "=="; rest 2: 3 digits "=";
#   the size of the buffer is a multiple of 3, and fread fills it to the end of the file
@test "file_server's Base64 is right for files of any length" {
  needs 2
  play <<'END'
random noise 1048578
times 7
first part $round $noise
file part $part
start server file_server part 127.0.0.1 0
listening server
connect a server
object a part $part
close a
done
file part ""
start server file_server part 127.0.0.1 0
listening server
connect a server
object a part ""
first million 1048576 $noise
file part $million
start server file_server part 127.0.0.1 0
listening server
connect a server
object a part $million
first million 1048577 $noise
file part $million
start server file_server part 127.0.0.1 0
listening server
connect a server
object a part $million
file part $noise
start server file_server part 127.0.0.1 0
listening server
connect a server
object a part $noise
# Every byte there is.
set all "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff\x80\x7f"
file part $all
start server file_server part 127.0.0.1 0
listening server
connect a server
object a part $all
END
}

# 6 points · R9.2
# Try: echo x >'a "b" \c'; ./file_server './a "b" \c'       (nc -d 127.0.0.1 5566 shows \" and \\)
# Hint: Of the path only what stands behind the last slash is sent. In a JSON string
#   a quote and a backslash have a backslash before them, bytes below 0x20 are \u00XX.
# Ask: What is in a JSON string that must not be there as it is? What is a char of 0xc3 as an int?
# See: strrchr(3), fprintf(3)
# Read: #json-strings
# Sketch: name = behind the last '/', or all; for each byte, unsigned: '"' and '\\': '\\' before it;
#   less than 0x20: \\u%04x; else as it is
@test "file_server sends the file's own name, escaped as JSON wants it" {
  needs 2
  play <<'END'
random word 8 text
folder in
set name '"' $word '" \ b\n' "\t\n\x01\x1f\x7f " Grüße_€_😀.txt
file in/$name "x"
start server file_server in/$name 127.0.0.1 0
listening server
connect a server
object a $name "x"
# The whole path, a name that begins with a dot, one that is an option.
here path
file in/.${word}.. "y"
start dots file_server $path/in/.${word}.. 127.0.0.1 0
listening dots
connect b dots
object b .${word}.. "y"
file -o "z"
start minus file_server ./-o 127.0.0.1 0
listening minus
connect c minus
object c -o "z"
# As long as a name can be, and much longer once it is escaped.
fill long 255 "\x01"
file $long "w"
start long file_server $long 127.0.0.1 0
listening long
connect d long
object d $long "w"
END
}

# 9 points · R9.4
# Try: head -c 50M /dev/urandom >big; ./file_server big
# Try: nc -d 127.0.0.1 5566 | sleep 99       (a client that does not read)
# Try: nc -d 127.0.0.1 5566 | wc -c          (must print 66.. million at once)
# Hint: A thread for each client, with its own descriptor and its own open file.
# Ask: What does the second client wait for, if the first one does not read?
# See: pthread_create(3), pthread_detach(3)
# Read: #a-thread-for-each-client
# Sketch: for ever: accept_client; malloc what the thread needs; pthread_create; pthread_detach
@test "file_server serves clients at the same time, and waits for none" {
  needs 2 3
  play <<'END'
random body 5M
file big $body
start server -serves threads SHIM_TOGETHER=9 file_server big 127.0.0.1 0
listening server
# It never reads; what is sent to it does not fit into the network.
small never
connect never server
small a
connect a server
small b
connect b server
small c
connect c server
small d
connect d server
small e
connect e server
small f
connect f server
small g
connect g server
small h
connect h server
# Eight begin, the last one first; then three go on to the end.
piece h 100
piece g 20000
piece f 300
piece e 4000
piece d 50000
piece c 600
piece b 7000
piece a 80
object g big $body
object a big $body
object h big $body
idle server
END
}

# 6 points · R9.5
# Try: head -c 50M /dev/urandom >big; ./file_server big
# Try: for i in $(seq 100); do nc -d 127.0.0.1 5566 | head -c 1000 >/dev/null; done; nc -d 127.0.0.1 5566 | wc -c
# Hint: A send to a client that has gone raises SIGPIPE: ignore the signal, and send
#   returns -1. Close the socket and the file on every way out of the thread.
# Ask: What does your thread do when send returns -1? Which two things are open then?
# See: signal(7) SIGPIPE, send(2), fclose(3)
# Read: 01-tcp-client.md#sigpipe, #a-thread-for-each-client
# Sketch: main: signal(SIGPIPE, SIG_IGN); the thread: where send fails, warn, and on to its end:
#   fclose, close, free
@test "file_server outlives clients that leave early, reset or talk" {
  needs 2 3 5
  play <<'END'
random body 300K
file data $body
start server -serves threads file_server data 127.0.0.1 0
listening server
times 25
connect a server
piece a 1000
close a
connect b server
reset b
connect c server
piece c 1000
reset c
connect d server
close d
done
connect talks server
offer talks "GET / HTTP/1.1\r\n\r\n"
close talks
connect e server
object e data $body
idle server
# Nothing is left of those who have gone.
file small "few"
start few -serves threads -files 64 SHIM_HEAVY=100000 file_server small 127.0.0.1 0
listening few
times 20
connect f few
object f small "few"
close f
done
weigh few
times 60
connect r few
reset r
connect f few
object f small "few"
close f
done
clean few 120
idle few
END
}

# 10 points · R9.9 R9.14
# Try: printf '{"filename": "man.txt", "filedata": "TWFu"}' | nc -N -l 127.0.0.1 5566
# Try: ./file_client && od -c man.txt        (saved man.txt (3 bytes))
# Hint: Write to a file of another name in the folder of -o, and rename it to filename
#   when the stream has ended and all is well.
# Ask: Does your client come to read_object's end? What is in the file, and how many bytes?
# See: fwrite(3), rename(2), printf(3)
# Read: #the-protocol-byte-by-byte, 01-tcp-client.md#part-of-a-file-is-worse-than-no-file
# Sketch: '{'; for each member: its name, ':', its value; '}'; END
#   Base64: four digits are 24 bits are three bytes
@test "file_client saves what it gets, and says so" {
  play <<'END'
random word 8 text
random noise 3000
folder in
set body "Man\r\n\0\xff$noise"
base64 text $body
listen server
gets client file_client server '{"filename": "'$word'.dat", "filedata": "'$text'"}'
says client "saved ${word}.dat ($body.length bytes)"
exits client 0
same in/${word}.dat $body
holds client in ${word}.dat
# Files of 0 to 4 bytes; the second takes the place of the first.
gets client file_client server '{"filename": "few", "filedata": ""}'
says client "saved few (0 bytes)"
exits client 0
same in/few ""
gets client file_client server '{"filename": "few", "filedata": "TQ=="}'
says client "saved few (1 bytes)"
exits client 0
same in/few "M"
gets client file_client server '{"filename": "few", "filedata": "TWE="}'
says client "saved few (2 bytes)"
exits client 0
same in/few "Ma"
gets client file_client server '{"filename": "few", "filedata": "TWFuTQ=="}'
says client "saved few (4 bytes)"
exits client 0
same in/few "ManM"
gets client file_client server '{"filename": "all", "filedata": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"}'
says client "saved all (48 bytes)"
exits client 0
same in/all "\x00\x10\x83\x10\x51\x87\x20\x92\x8b\x30\xd3\x8f\x41\x14\x93\x51\x55\x97\x61\x96\x9b\x71\xd7\x9f\x82\x18\xa3\x92\x59\xa7\xa2\x9a\xab\xb2\xdb\xaf\xc3\x1c\xb3\xd3\x5d\xb7\xe3\x9e\xbb\xf3\xdf\xbf"
holds client in ${word}.dat few all
# Without -o it is the folder where it runs.
start here file_client 127.0.0.1 $server.port
accept c server
send c '{"filename": "here", "filedata": "TWFu"}'
close c
says here "saved here (3 bytes)"
exits here 0
same here "Man"
files in here
END
}

# 10 points · R9.10 R9.11
# Try: printf '{"filedata":"TWFu"\n,"\\u0066ilename" :"a"}' | nc -N -l 127.0.0.1 5566
# Try: ./file_client        (saved a (3 bytes))
# Hint: Read the object token by token: white space may stand between any two, an
#   escape in any string, a value of any kind in a member that you do not know.
# Ask: Which of the objects in the transcript is not understood? What stands there that your reader does not expect?
# See: RFC 8259 §2, RFC 8259 §4, RFC 8259 §7
# Read: #json
# Sketch: skip a value: '{' or '[': again for each value inside; '"': a string; t f n: a word;
#   else a number
@test "file_client understands any JSON that says the same" {
  needs 7
  play <<'END'
random noise 400
base64 text $noise
folder in
listen server
# As other languages write it: PHP, Java's Gson, JavaScript, Python.
gets php file_client server '{"filename":"Gr\u00fc\u00dfe.txt","filedata":"\/\/\/\/TQ=="}'
exits php 0
same in/Grüße.txt "\xff\xff\xffM"
gets gson file_client server '{"filedata":"TWE\u003d","filename":"a\u0026b\u0027c"}'
exits gson 0
same in/a&b"'"c "Ma"
set pretty "{\n\t\"size\" : 400 ,\r\n  \"filename\" :\n\"pretty\",\n\n  \"filedata\":\t\"$text\"\n}\r\n \t"
gets javascript file_client server $pretty
exits javascript 0
same in/pretty $noise
gets python file_client server '{"filename": "\ud83d\ude00 \u20ac \u0041\t\u00e9.txt", "filedata": "'$text'"}'
exits python 0
same "in/😀 € A\té.txt" $noise
# Escapes in the names of members, and every short one.
gets escapes file_client server '{"\u0066ile\u006Eame":"q\"b\\s\bf\fn\nr\rt\tend","file\u0064ata":"\u0054W\u0046u"}'
exits escapes 0
same "in/q\"b\\s\x08f\x0cn\nr\rt\tend" "Man"
# Characters beyond the first 65536 and at the borders of UTF-8; a name that only
# others than us could not have.
gets borders file_client server '{"filename":"\ud842\udfb7\u007f\u0080\u07FF\u0800 \\a:b*c?<d>|.txt","filedata":"TWFu"}'
exits borders 0
same "in/𠮷\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80 \\a:b*c?<d>|.txt" "Man"
# Other members, before, between and after; some look like ours.
fill long 30000 "Long \\\\ "
gets others file_client server '{"": null, "filename2": "no", "note": "\"filedata\": \"QUJD\"}", "file": {"filename": "no", "filedata": ["no", {}, [], {"filedata": "no"}]}, "filename": "others", "numbers": [0, -0, 1, -12.5e+30, 0.25E-7, 1e5, 123456789012345678901234567890], "words": [true,false,null], "filedata": "'$text'", "long": "'$long'", "FILENAME": "no", "nested": [[[[[[[[{"a": [{"b": {}}]}]]]]]]]], "filedata ": 0, "nul": "\u0000"}'
exits others 0
same in/others $noise
# Cut anywhere.
start client -cut 3 file_client -o in 127.0.0.1 $server.port
accept c server
dribble c '{ "x": [-1.5, "\ud83d\ude00"], "filename": "\ud83d\ude00ü", "filedata": "TWFuTWFuT\u0051=\u003d" } '
close c
exits client 0
same in/😀ü "ManManM"
END
}

# 7 points · R9.13
# Try: printf '{"filename": "a", "filedata": "TWF"}' | nc -N -l 127.0.0.1 5566
# Try: ./file_client; echo "status $?"; ls -A
# Hint: What is no digit is an error, a line end too. The string has a multiple of four
#   characters, and '=' only at the end, once or twice.
# Ask: Which of these does your decoder let pass: "TWF", "TW=u", "TWFu=", "TWFu TWFu"?
# See: RFC 4648 §3.3, RFC 4648 §4
# Read: #base64
# Sketch: a group is four characters, or none at the end; '=' may be the fourth, or the third and the
#   fourth; after such a group the string ends
@test "file_client refuses what is no Base64" {
  needs 7
  play <<'END'
folder in
listen server
# A wrong length.
gets client file_client server '{"filename": "a", "filedata": "TWFuT"}'
refuses client in
gets client file_client server '{"filename": "a", "filedata": "TWFuTW"}'
refuses client in
gets client file_client server '{"filename": "a", "filedata": "TWFuTWF"}'
refuses client in
# A wrong padding.
gets client file_client server '{"filename": "a", "filedata": "TWFuTQ="}'
refuses client in
gets client file_client server '{"filename": "a", "filedata": "TQ==TWFu"}'
refuses client in
gets client file_client server '{"filename": "a", "filedata": "TWFuT==="}'
refuses client in
gets client file_client server '{"filename": "a", "filedata": "TWFu===="}'
refuses client in
gets client file_client server '{"filename": "a", "filedata": "TWFuTW=u"}'
refuses client in
# A character that is none of the 64: in the text, and as JSON writes a line end.
gets client file_client server '{"filename": "a", "filedata": "TW-_"}'
refuses client in
gets client file_client server '{"filename": "a", "filedata": "TWFu TWFu"}'
refuses client in
gets client file_client server '{"filename": "a", "filedata": "TWFu\nTWFuTWFu"}'
refuses client in
gets client file_client server '{"filename": "a", "filedata": "TWF\u00fc"}'
refuses client in
END
}

# 9 points · R9.12 R9.14
# Try: printf '{"filename": "kept", "filedata": "TWFu"' | nc -N -l 127.0.0.1 5566
# Try: echo old >kept; ./file_client; echo "status $?"; cat kept; ls -A
# Hint: The file is whole when the object is: '}' has come and, behind it, the end of
#   the stream. Until then it has another name, of its own (mkstemp), which is removed
#   when anything fails: fwrite, fclose and rename may, too.
# Ask: How does your client find out that the stream has ended? In which of its loops can that happen?
# See: recv(2), rename(2), unlink(2), atexit(3)
# Read: #whole-or-not-at-all, 01-tcp-client.md#part-of-a-file-is-worse-than-no-file
# Sketch: every loop that reads: END is an error there; behind the last '}': only END is none
@test "file_client keeps nothing of an object that breaks off or is no JSON" {
  needs 7
  play <<'END'
folder in
file in/kept "the file of yesterday\n"
listen server
# Cut at each of its bytes.
set object '{"filename":"kept","filedata":"TQ=="}'
times 36
first part $round $object
gets client file_client server $part
refuses client in kept
done
gets client file_client server ""
refuses client in kept
start client file_client -o in 127.0.0.1 $server.port
accept c server
send c '{"filename":"kept","filedata":"TWFu'
taken c
reset c
refuses client in kept
# A member is missing, or is no string.
gets client file_client server '{"filename": "kept"}'
refuses client in kept
gets client file_client server '{"filedata": "TWFu"}'
refuses client in kept
gets client file_client server '{"filename": 7, "filedata": "TWFu"}'
refuses client in kept
gets client file_client server '{"filename": "kept", "filedata": null}'
refuses client in kept
# No JSON.
gets client file_client server '["filename", "kept", "filedata", "TWFu"]'
refuses client in kept
gets client file_client server '{"filename": "kept" "filedata": "TWFu"}'
refuses client in kept
gets client file_client server '{"filename": "kept", "filedata": "TWFu"} more'
refuses client in kept
gets client file_client server '{"filename": "kept", "x": nul, "filedata": "TWFu"}'
refuses client in kept
gets client file_client server '{"filename": "\kept", "filedata": "TWFu"}'
refuses client in kept
gets client file_client server '{"filename": "kept", "x": "\u00g1", "filedata": "TWFu"}'
refuses client in kept
gets client file_client server '{"filename": "kept", "x": [1, 02], "filedata": "TWFu"}'
refuses client in kept
gets client file_client server '{"filename": "kept", "x": 1., "filedata": "TWFu"}'
refuses client in kept
gets client file_client server '{"filename": "kept", "x": -, "filedata": "TWFu"}'
refuses client in kept
gets client file_client server '{"filename": "kept", "x": 1e+, "filedata": "TWFu"}'
refuses client in kept
gets client file_client server '{"filename": "kept", "x": [1}, "filedata": "TWFu"}'
refuses client in kept
gets client file_client server '{"filename": "kept", "x": [1,], "filedata": "TWFu"}'
refuses client in kept
gets client file_client server '{"filename": "kept", "x": {"a" 1}, "filedata": "TWFu"}'
refuses client in kept
gets client file_client server '{"filename": "kept", "x": truth, "filedata": "TWFu"}'
refuses client in kept
gets client file_client server '{"filename": "kept", "filedata": "TWFu"]'
refuses client in kept
gets client file_client server "{\"filename\": \"kept\", \"x\": \"a\0b\", \"filedata\": \"TWFu\"}"
refuses client in kept
gets client file_client server "{\"filename\": \"kept\",\x0b\"filedata\": \"TWFu\"}"
refuses client in kept
gets client file_client server '{"filename": "kept", "x": "a	tab", "filedata": "TWFu"}'
refuses client in kept
gets client file_client server '{"filename": "kept", "filedata": "TWFu",}'
refuses client in kept
gets client file_client server "{\"filename\": \"kept\", \"filedata\": \"TW\nFu\"}"
refuses client in kept
# The disk is full.
random noise 9000
base64 text $noise
start client -disk 4000 file_client -o in 127.0.0.1 $server.port
accept c server
offer c '{"filename":"kept","filedata":"'$text'"}'
close c
refuses client in kept
same in/kept "the file of yesterday\n"
# A folder is in the way.
folder in/way
gets client file_client server '{"filename": "way", "filedata": "TWFu"}'
refuses client in kept way
# Two at a time: neither harms the file of the other.
start slow file_client -o in 127.0.0.1 $server.port
accept d server
send d '{"filename":"slow","filedata":"'$text
taken d
gets client file_client server '{"filename": "quick", "filedata": "TWFu"}'
exits client 0
send d '"}'
close d
exits slow 0
same in/slow $noise
same in/quick "Man"
# And in the end it is replaced, not written over: who has the old one open goes on
# reading that.
twin old in/kept
gets client file_client server $object
exits client 0
same in/kept "M"
same old "the file of yesterday\n"
holds client in kept way slow quick
END
}

# 6 points · R9.15 R9.16
# Try: printf '{"filename": "../evil", "filedata": "TWFu"}' | nc -N -l 127.0.0.1 5566
# Try: ./file_client; echo "status $?"; ls -A . ..
# Hint: Look at the name as it is when it has been decoded: "", ".", "..", and any
#   name with a '/' or a NUL is refused.
# Ask: What does your client do with each name of the transcript? Does it look before or after the escapes are read?
# See: memchr(3), fopen(3)
# Read: #names-from-strangers
# Sketch: length 0: no; "." or "..": no; a '/' or a NUL among the bytes: no
@test "file_client lets no name out of the folder, and no JSON crash it" {
  needs 7
  play <<'END'
folder in
here path
listen server
gets client file_client server '{"filename": "../evil", "filedata": "TWFu"}'
refuses client in
gets client file_client server '{"filename": "'$path'/evil", "filedata": "TWFu"}'
refuses client in
gets client file_client server '{"filename": "\u002e.\u002Fevil", "filedata": "TWFu"}'
refuses client in
gets client file_client server '{"filedata": "TWFu", "filename": "..\/evil"}'
refuses client in
gets client file_client server '{"filename": ".", "filedata": "TWFu"}'
refuses client in
gets client file_client server '{"filename": "..", "filedata": "TWFu"}'
refuses client in
gets client file_client server '{"filename": "", "filedata": "TWFu"}'
refuses client in
gets client file_client server '{"filename": "evil\u0000.txt", "filedata": "TWFu"}'
refuses client in
# As long as names can be.
fill long 85 "€"
gets client file_client server '{"filename": "'$long'", "filedata": "TWFu"}'
exits client 0
same in/$long "Man"
gets client file_client server '{"filename": "..a..", "filedata": "TWFu"}'
exits client 0
same in/..a.. "Man"
holds client in $long ..a..
folder out
fill name 5000 "n"
fill deep 200000 "["
fill objects 100000 '{"a":'
start client file_client -o out 127.0.0.1 $server.port
accept c server
offer c '{"filename": "'$name'", "filedata": "TWFu"}'
close c
either client out
start client file_client -o out 127.0.0.1 $server.port
accept c server
offer c '{"filename": "a", "x": '$deep
close c
either client out
start client file_client -o out 127.0.0.1 $server.port
accept c server
offer c '{"filename": "a", "filedata": "TWFu", "x": '$objects
close c
either client out
start client file_client -o out 127.0.0.1 $server.port
accept c server
offer c '{"filename": "a", "filename": "b", "filedata": "TWFu", "filedata": "QUJD"}'
close c
either client out
start client file_client -o out 127.0.0.1 $server.port
accept c server
offer c '{"filename": "a", "filedata": "TWFu", "filename": "../evil"}'
close c
either client out
files in out
start client file_client -o out 127.0.0.1 $server.port
accept c server
offer c '{"filename": "a", "filedata": "TWFu", "filedata": "QUJD"}'
close c
either client out
start client file_client -o out 127.0.0.1 $server.port
accept c server
offer c '{"filename": "\ud83d", "filedata": "TWFu", "\udc00": "\ud83dx\ud83d\ud83d"}'
close c
either client out
start client file_client -o out 127.0.0.1 $server.port
accept c server
offer c "{\"filename\": \"\xff\xc0\xaf\xed\xa0\x80\xf8\", \"filedata\": \"\xff\xff\"}"
close c
either client out
END
}

# 5 points · R9.6 R9.17
# Try: head -c 1G /dev/urandom >big; ./file_server big
# Try: /usr/bin/time -v ./file_client -o /tmp && cmp big /tmp/big
# Hint: No buffer holds the file, nor its Base64: read a piece, encode it, send it; and
#   receive a piece, decode it, write it.
# Ask: Where in your program is as much of the file as memory can hold?
# See: fread(3), getrusage(2)
# Read: #memory-that-does-not-grow
# Sketch: server: while fread gives something: encode, send_all
#   client: while there are four characters more: decode, fwrite
@test "A large file goes through both programs in little memory" {
  needs 2 3 7
  play <<'END'
random body 10485757
file big $body
start server file_server big 127.0.0.1 0
listening server
connect c server
piece c 5000000
lean server 8
object c big $body
close c
folder in
listen other
base64 text $body
start client file_client -o in 127.0.0.1 $other.port
accept d other
send d '{"filedata": "' $text
taken d
lean client 8
send d '", "filename": "big"}'
close d
says client "saved big (10485757 bytes)"
exits client 0
same in/big $body
END
}

# 2 points · R9.18
# Try: ./file_server guido.jpg &  ./file_client -o /tmp
# Hint: Without host and port both use 127.0.0.1 and port 5566. localhost is often ::1
#   as well as 127.0.0.1: try each address that getaddrinfo finds.
# Ask: Which address and port stand in your programs, and do they use the functions of net.h?
# See: getaddrinfo(3), getopt(3)
# Read: 01-tcp-client.md#a-name-has-several-addresses
# Sketch: port = optind + 1 < argc ? argv[optind + 1] : "5566" in the client, one word later in the server
@test "server and client meet, told where or not" {
  needs 2 3 7
  play <<'END'
random body 100000
file data $body
folder in
alone 5566
start server file_server data
listening server 127.0.0.1 5566
says server "listening on 127.0.0.1 port 5566"
start client file_client -o in
exits client 0
says client "saved data (100000 bytes)"
same in/data $body
start host file_client -o in 127.0.0.1
exits host 0
says host "saved data (100000 bytes)"
ipv6
start six file_server data ::1 0
listening six ::1
says six "listening on ::1 port $six.port"
start client file_client -o in ::1 $six.port
exits client 0
says client "saved data (100000 bytes)"
twofold host
start client file_client -o in $host 5566
exits client 0
says client "saved data (100000 bytes)"
END
}

# 2 points · R9.8 R9.19 R9.20
# Try: ./file_server nothing; echo "status $?"
# Try: ./file_client -o nowhere; echo "status $?"
# Hint: Look at the file before you listen: fopen succeeds for a folder, so ask stat.
#   getopt returns '?' for an unknown option; is_port in net.h looks at the port.
# Ask: What does each command line of the transcript do in your program, and with which status does it end?
# See: getopt(3), stat(2), err(3)
# Read: #requirements
# Sketch: no file, or more than 3 words: usage; stat, S_ISREG, fopen: err(1, ...) before open_listener
@test "Both explain a wrong command line, and a file that cannot be sent" {
  needs 1 7
  play <<'END'
file data "x"
folder in
start server file_server nothing 127.0.0.1 0
fails server
start server file_server in 127.0.0.1 0
fails server
unreadable secret
start server file_server secret 127.0.0.1 0
fails server
start first file_server data 127.0.0.1 0
listening first
start server file_server data 127.0.0.1 $first.port
fails server
start server file_server
complains server 2
start server file_server data 127.0.0.1 0 more
complains server 2
start server file_server -z data
complains server 2
start server file_server data 127.0.0.1 80x
complains server 2
start server file_server data 127.0.0.1 65536
complains server 1-2
dead nobody
start client file_client -o in 127.0.0.1 $nobody.port
fails client
listen other
start client file_client -o none 127.0.0.1 $other.port
fails client
start client file_client 127.0.0.1 80 more
complains client 2
start client file_client -z
complains client 2
start client file_client -o
complains client 2
start client file_client 127.0.0.1 -- -1
complains client 2
start client file_client 127.0.0.1 $other.over
complains client 1-2
END
}

# 10 stretch points · R9.21
# Try: printf '{"filename": "a", "filedata": "TWFu' | nc -l 127.0.0.1 5566
# Try: ./file_client, end it with Ctrl-C, and: ls -A
# Hint: A handler for SIGINT, SIGTERM and SIGHUP may call unlink: it is safe there.
#   mkstemp makes a file with mode 0600; fchmod gives it what umask allows.
# Ask: Which files are there after Ctrl-C? What does ls -l say of a file that was saved?
# See: signal(7), signal-safety(7), umask(2), fchmod(2)
# Read: #whole-or-not-at-all
# Sketch: the handler: unlink the unfinished file, set SIG_DFL again, raise the signal
@test "file_client leaves nothing when it is ended, and gives files their rights" {
  needs 7
  play <<'END'
folder in
listen server
start client file_client -o in 127.0.0.1 $server.port
accept c server
send c '{"filename": "a", "filedata": "TWFuTWFuTWFu'
taken c
stop client
close c
holds client in
gets client file_client server '{"filename": "b", "filedata": "TWFu"}'
exits client 0
usual in/b
END
}
