# SPDX-License-Identifier: MIT
# .ci/deps installs what is missing, only that, and says so where it cannot; and
# make asks for it at the right times. Runs with a package manager of its own.
. tests/helper/tap.sh
tap_dir
bin=$tmp/bin
mkdir "$bin"

# A machine with the usual tools but no compiler, packages or apt.
for tool in sh awk sed grep cat mkdir rm mv touch mktemp tr dirname id env \
  printf echo cmp test expr find sort head true chmod make; do
  path=$(command -v $tool) && case $path in
  /*) ln -s "$path" "$bin/$tool" ;;
  esac
done

machine() { # $1: user id; $2: apt or none; then what is there already
  rm -rf "$tmp/has" "$tmp/calls" "$bin/id" "$bin/sudo" "$bin/apt-get" \
    "$bin/apt-cache" "$bin/pkg-config" "$bin/cc" "$bin/stale"
  mkdir "$tmp/has"
  : >"$tmp/calls"
  printf '#!/bin/sh\necho %s\n' "$1" >"$bin/id"
  if [ "$2" = apt ]; then
    # Knows packages only after an update, unless it is fresh.
    cat >"$bin/apt-get" <<EOF
#!/bin/sh
echo "apt-get \$*" >>"$tmp/calls"
[ "\$DEBIAN_FRONTEND" = noninteractive ] || echo asks >>"$tmp/calls"
case " \$* " in
*" update "*) touch "$tmp/has/lists"; exit 0 ;;
esac
[ -f "$tmp/has/lists" ] || exit 100
[ -f "$tmp/broken" ] && exit 100
for p; do
  case \$p in
  -* | install | Dpkg*) ;;
  *) touch "$tmp/has/\$p" ;;
  esac
done
EOF
    printf '#!/bin/sh\ntest -f %s && echo "Package: $2"\n' "$tmp/has/lists" \
      >"$bin/apt-cache"
    chmod +x "$bin/apt-get" "$bin/apt-cache"
  fi
  # These two come alive when their packages are "installed".
  cat >"$bin/cc" <<EOF
#!/bin/sh
[ -f "$tmp/has/gcc" ] && [ -f "$tmp/has/libc6-dev" ] || exit 1
case "\$*" in
*-lmbedtls*) [ -f "$tmp/has/libmbedtls-dev" ] ;;
esac
EOF
  cat >"$bin/pkg-config" <<EOF
#!/bin/sh
[ -f "$tmp/has/pkg-config" ] || exit 1
case "\$*" in
--version) exit 0 ;;
*libcjson*) p=libcjson-dev ;;
*libcurl*) p=libcurl4-openssl-dev ;;
*libwebsockets*) p=libwebsockets-dev ;;
*sqlite3*) p=libsqlite3-dev ;;
*zlib*) p=zlib1g-dev ;;
*libzstd*) p=libzstd-dev ;;
*cmocka*) p=libcmocka-dev ;;
*) exit 1 ;;
esac
[ -f "$tmp/has/\$p" ]
EOF
  chmod +x "$bin/id" "$bin/cc" "$bin/pkg-config"
  shift 2
  for p; do touch "$tmp/has/$p"; done
}

all='make gcc libc6-dev pkg-config libcjson-dev libmbedtls-dev
libcurl4-openssl-dev libwebsockets-dev libsqlite3-dev zlib1g-dev libzstd-dev'

deps() {
  env -i PATH="$bin" CC=cc CXX=c++ sh .ci/deps "$tmp/build" "$@" \
    >"$tmp/out" 2>&1
}
called() { grep -c "apt-get.* $1" "$tmp/calls"; }

# shellcheck disable=SC2086
machine 0 apt $all
deps
tap 'deps: with everything there it succeeds' $?
tap_none 'deps: and calls nothing' "$(cat "$tmp/calls")"
tap_none 'deps: and says nothing' "$(cat "$tmp/out")"

machine 0 apt gcc
deps
tap 'deps: as root it installs what is missing' $?
[ "$(called update)" = 1 ]
tap 'deps: it fetches the lists when there are none' $?
grep -q 'install.* libc6-dev .*libwebsockets-dev' "$tmp/calls"
tap 'deps: it asks for all that was missing' $?
! grep -q ' gcc' "$tmp/calls"
tap 'deps: and for nothing that is there' $?
grep -q -e 'install -y --no-install-recommends' "$tmp/calls" &&
  ! grep -q asks "$tmp/calls"
tap 'deps: it asks no questions and takes no recommendations' $?
! grep -q cmocka "$tmp/calls"
tap 'deps: building needs no cmocka' $?

# shellcheck disable=SC2086
machine 0 apt $all lists
deps unit
tap 'deps: tests need cmocka' "$([ -f "$tmp/has/libcmocka-dev" ]; echo $?)"
[ "$(called update)" = 0 ]
tap 'deps: lists that know the packages are not fetched again' $?

machine 0 apt gcc lists
touch "$tmp/broken"
deps
[ $? -ne 0 ] && grep -q 'apt-get failed' "$tmp/out"
tap 'deps: it fails with a message when apt fails' $?
rm "$tmp/broken"

machine 0 none gcc
deps
status=$?
[ $status -ne 0 ] && grep -q 'dnf install .*libwebsockets-devel' "$tmp/out" &&
  grep -q 'apk add .*musl-dev' "$tmp/out" &&
  grep -q 'pacman -S .*cjson' "$tmp/out" &&
  grep -q 'brew install .*mbedtls' "$tmp/out"
tap 'deps: without apt it fails and names the packages for others' $?
! grep -q 'dnf install .* gcc' "$tmp/out"
tap 'deps: it names no package that is there' $?

machine 1000 apt gcc lists
deps
[ $? -ne 0 ] && grep -q 'not root' "$tmp/out" && [ ! -s "$tmp/calls" ]
tap 'deps: it fails without root and sudo' $?
printf '#!/bin/sh\necho sudo >>%s\nexec "$@"\n' "$tmp/calls" >"$bin/sudo"
chmod +x "$bin/sudo"
deps
[ $? -eq 0 ] && grep -q sudo "$tmp/calls"
tap 'deps: it goes through sudo when that is there' $?

# make: a tree with nothing but the build's own files, and a .ci/deps that only
# notes how it was called and "installs" cmocka when asked for it.
tree=$tmp/tree
mkdir -p "$tree/.ci" "$tree/include/zoryx" "$tree/tests" "$tree/src/sandbox"
touch "$tree/src/sandbox/embed.sh"
cp -r src/install "$tree/src"
cp tests/port.mk "$tree/tests"
cp Makefile "$tree"
cp .ci/config "$tree/.ci"
cp include/zoryx/version.h "$tree/include/zoryx"
cat >"$tree/.ci/deps" <<EOF
echo "deps \$*" >>"$tmp/calls"
[ "\${2:-}" = unit ] && touch "$tmp/cmocka"
exit 0
EOF
cat >"$tmp/pc" <<EOF
#!/bin/sh
case "\$*" in *cmocka*) [ -f "$tmp/cmocka" ] || exit 1 ;; esac
exit 0
EOF
chmod +x "$tmp/pc"
dry() {
  : >"$tmp/calls"
  (cd "$tree" && env -i PATH="$PATH" make -n "$@" PKG_CONFIG="$tmp/pc" CC=cc) \
    >"$tmp/out" 2>&1
}
calls() { tr '\n' ';' <"$tmp/calls"; }

dry all
[ "$(calls)" = '' ] && [ -f "$tree/build/config.mk" ]
tap 'make: building installs nothing' $?
dry run
[ "$(calls)" = '' ]
tap 'make: run does not look again at what was found' $?
rm "$tree/build/config.mk"
dry run
[ "$(calls)" = 'deps build;' ]
tap 'make: run installs what building needs' $?
dry test
status=$?
[ $status -eq 0 ] && [ "$(calls)" = 'deps build unit;' ] &&
  grep -q '^LIBS_cmocka' "$tree/build/config.mk"
tap 'make: test gets cmocka though run had none' $?
dry test
[ "$(calls)" = '' ]
tap 'make: test does not look again at what was found' $?
rm "$tree/build/config.mk"
dry bench
[ "$(calls)" = 'deps build;' ]
tap 'make: bench installs what building needs' $?
rm -r "$tree/build"
dry clean && dry help
[ "$(calls)" = '' ] && [ ! -d "$tree/build" ]
tap 'make: clean and help need nothing' $?
rm -f "$tmp/cmocka"
printf 'exit 0\n' >"$tree/.ci/deps"
dry test
[ $? -ne 0 ] && grep -q 'missing: cmocka' "$tmp/out"
tap 'make: test fails with a message when cmocka cannot be had' $?

done_testing
