# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # TREE and ROOT are for who sources it
# What `case` does to show that the reference of lab 07 serves real clients. Source
# it with ROOT set and in ROOT.

# Starts the reference of lab 07 on a tree of files, $FILES. Sets PORT and SERVER;
# its lines go to $SAID.
serve_files() {
  TREE=$ROOT/build/tests/$ID
  FILES=$TREE.scratch/files SAID=$TREE.scratch/said
  rm -rf "$TREE.scratch"
  mkdir -p "$FILES" || exit
  make -s build/reference/07-web-server/web_server || exit
  build/tools/launch -t 300 -f 64 -- build/reference/07-web-server/web_server "$@" -r "$FILES" 127.0.0.1 0 \
    >"$SAID" 2>&1 </dev/null &
  SERVER=$!
  await_port "$SERVER"
  URL=http://127.0.0.1:$PORT
}

# Stops the server; it must still have been there.
stop_serving() {
  kill -0 "$SERVER" 2>/dev/null || fault "the server has ended: $(tail -n 5 "$SAID")"
  kill -TERM "$SERVER" 2>/dev/null
  wait "$SERVER" 2>/dev/null
}

# Runs curl with these arguments; fails unless it says status $1 and saves a body
# like file $2 (`-`: whatever it is).
expect_curl() {
  local status=$1 file=$2 got
  shift 2
  got=$(curl -sS -m 60 -o "$TREE.scratch/body" -D "$TREE.scratch/head" -w '%{http_code}' "$@" 2>"$TREE.scratch/why") ||
    fault "curl $*: $(cat "$TREE.scratch/why")"
  [[ $got == "$status" ]] || fault "curl $*: status $got, not $status"
  [[ $file == - ]] || cmp -s "$file" "$TREE.scratch/body" || fault "curl $*: another body than $file"
}

# curl: GET, HEAD, a POST refused while it is still sending, targets as they are.
run_curl() {
  need curl
  serve_files -t 5
  mkdir "$FILES/docs"
  printf 'secret\n' >"$FILES/../secret.txt"
  printf '<p>index\n' >"$FILES/index.html"
  printf '<p>docs\n' >"$FILES/docs/index.html"
  printf 'blank\n' >"$FILES/a b%.txt"
  head -c 5000000 /dev/urandom >"$FILES/large.bin"
  head -c 1000000 /dev/zero >"$FILES/../million"
  : >"$FILES/empty"
  expect_curl 200 "$FILES/index.html" "$URL"
  expect_curl 200 "$FILES/large.bin" "$URL/large.bin?x=1"
  expect_curl 200 "$FILES/empty" "$URL/empty"
  expect_curl 200 "$FILES/a b%.txt" "$URL/a%20b%25.txt"
  expect_curl 200 "$FILES/docs/index.html" -L "$URL/docs"
  expect_curl 301 - "$URL/docs"
  expect_curl 200 "$FILES/index.html" -0 "$URL/"
  expect_curl 200 "$FILES/index.html" --proxy "$URL" http://any.example/
  expect_curl 200 - -I "$URL/large.bin"
  grep -qi '^content-length: 5000000' "$TREE.scratch/head" || fault 'HEAD does not tell the length'
  [[ -s $TREE.scratch/body ]] && ! grep -qi '^HTTP/1.1 200' "$TREE.scratch/body" && fault 'HEAD has a body'
  expect_curl 405 - -H 'Expect:' --data-binary "@$FILES/../million" "$URL/"
  grep -qi '^allow: .*GET' "$TREE.scratch/head" || fault '405 without Allow'
  expect_curl 405 - --limit-rate 500K -H 'Expect:' --data-binary "@$FILES/../million" "$URL/"
  expect_curl 405 - -X PUT -T "$FILES/../million" "$URL/new"
  expect_curl 501 - -X BREW "$URL/"
  expect_curl 404 - --path-as-is "$URL/../secret.txt"
  expect_curl 404 - --path-as-is "$URL/docs/../../secret.txt"
  expect_curl 404 - --path-as-is "$URL/%2e%2e/secret.txt"
  expect_curl 404 - "$URL/..%2fsecret.txt"
  expect_curl 400 - "$URL/%zz"
  expect_curl 200 "$FILES/index.html" -z 'Sun, 06 Nov 1994 08:49:37 GMT' "$URL/"
  expect_curl 200 "$FILES/index.html" -H 'Range: bytes=1-2' "$URL/"
  expect_curl 414 - "$URL/$(head -c 70000 /dev/zero | tr '\0' x)"
  expect_curl 431 - -H "X-Long: $(head -c 70000 /dev/zero | tr '\0' x)" "$URL/"
  stop_serving
}

# A browser loads a page with a style sheet, a picture and a script, and leaves a
# picture of it in build/.
run_chromium() {
  local browser options file text
  browser=$(type -P chromium || type -P chromium-browser) || skip 'chromium is not installed'
  serve_files
  mkdir "$FILES/static"
  cat >"$FILES/index.html" <<'END'
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>web_server</title>
<link rel="stylesheet" href="static/style.css">
<script src="static/script.js" defer></script>
</head>
<body>
<h1>Grüße from web_server</h1>
<p>The picture: <img id="picture" src="static/four%20colours.png" width="64" height="64" alt=""></p>
<p id="script">The script has not run.</p>
</body>
</html>
END
  cat >"$FILES/static/style.css" <<'END'
body { font-family: sans-serif; background: rgb(240, 248, 255); margin: 2em; }
h1 { color: rgb(0, 64, 128); }
img { image-rendering: pixelated; border: 1px solid; }
END
  cat >"$FILES/static/script.js" <<'END'
addEventListener('load', () => {
  const picture = document.getElementById('picture');
  document.getElementById('script').textContent = 'script runs; h1 is ' +
    getComputedStyle(document.querySelector('h1')).color + '; picture ' +
    picture.naturalWidth + ' x ' + picture.naturalHeight;
});
END
  # Four pixels: red, green, blue, yellow.
  base64 -d >"$FILES/static/four colours.png" <<'END'
iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFUlEQVR42mP4z8DAsACIGf7/
v8MAABtSBHqsY2CYAAAAAElFTkSuQmCC
END
  options=(--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --disable-dev-shm-usage '--window-size=640,360'
    --user-data-dir="$TREE.scratch/profile")
  HOME=$TREE.scratch timeout 100 "$browser" "${options[@]}" --virtual-time-budget=10000 --dump-dom "$URL/" \
    >"$TREE.scratch/dom" 2>"$TREE.scratch/browser" </dev/null
  text='script runs; h1 is rgb(0, 64, 128); picture 2 x 2'
  grep -qF "$text" "$TREE.scratch/dom" || {
    fault "the page does not say: $text"
    cat "$TREE.scratch/dom" "$SAID"
    tail -n 20 "$TREE.scratch/browser"
  }
  mkdir -p build/screenshots
  rm -f build/screenshots/07-web-server.png
  HOME=$TREE.scratch timeout 100 "$browser" "${options[@]}" --virtual-time-budget=10000 \
    --screenshot="$ROOT/build/screenshots/07-web-server.png" "$URL/" >"$TREE.scratch/browser" 2>&1 </dev/null
  [[ -s build/screenshots/07-web-server.png ]] || fault 'there is no screenshot'
  for file in / /static/style.css /static/script.js /static/four%20colours.png; do
    grep -q ": GET $file 200\$" "$SAID" || fault "the browser has not got $file"
  done
  stop_serving
}

# 10,000 requests one after another: nothing of them is left.
run_many() {
  TREE=$ROOT/build/tests/$ID
  mkdir -p "$TREE.scratch" || exit
  make -s build/reference/07-web-server/web_server build/tools/play build/tools/launch || exit
  LAB=07-web-server BUILD=$ROOT/build/reference/07-web-server TOOLS=$ROOT/build/tools TMPDIR=$TREE.scratch \
    build/tools/play >"$TREE.report" 2>&1 <<'END' || fault 'the conversation goes another way:'
folder www
file www/index.html "index"
start server -files 32 web_server -r www 127.0.0.1 0
listening server
times 100
ask a server GET /
answer a 200
done
weigh server
times 5000
ask a server GET /
answer a 200
body "index"
ask a server GET /none
answer a 404
done
clean server 10000
END
}
