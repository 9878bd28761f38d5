# SPDX-License-Identifier: MIT
# What the library's objects define and call, as nm, objdump and readelf see it.
. tests/helper/tap.sh
tap_dir

module_of() {
  echo "${1#"$B"/src/}" | cut -d/ -f1
}

if [ -n "${SAN:-}" ]; then
  tap_skip 'symbols: no writable globals' 'the sanitizers add their own'
else
  # Tables of constant pointers are writable only until they are relocated.
  writable=$(for o in $OBJS; do
    objdump -t "$o" 2>/dev/null | awk -v o="$o" '
      NF > 3 {
        # "address flags section<tab>size name"
        section = $(NF - 2)
        if (section ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ &&
            section !~ /^\.data\.rel\.ro/ && $(NF - 1) !~ /^0*$/)
          print o ": " $NF " in " section
      }'
  done)
  tap_none 'symbols: no writable globals' "$writable"
fi

# Global symbols of the objects: "visibility name object".
for o in $OBJS; do
  readelf -sW "$o" | awk -v o="$o" '
    ($5 == "GLOBAL" || $5 == "WEAK") && $7 != "UND" { print $6, $8, o }'
done | grep -v -e ' __odr_asan' -e ' __asan' >"$tmp/defined"
tap 'symbols: the objects define some' "$([ -s "$tmp/defined" ]; echo $?)"
# Of the names with two underscores only what base shares with other modules.
tap_none 'symbols: every exported name begins with zx_' \
  "$(grep '^DEFAULT' "$tmp/defined" | grep -v '^DEFAULT zx_[a-z0-9]' |
    grep -v "^DEFAULT zx__[a-z0-9_]* $B/src/base/")"
tap_none 'symbols: every internal global begins with zx__' \
  "$(grep '^HIDDEN' "$tmp/defined" | grep -v '^HIDDEN zx__')"

# Undefined symbols: "name object". A version behind @ is cut, and the checked
# variants of a call (__printf_chk) are that call.
for o in $OBJS; do
  nm -u "$o" | awk -v o="$o" '{
    sub(/@.*/, "", $NF)
    if ($NF ~ /^__.*_chk$/) { sub(/^__/, "", $NF); sub(/_chk$/, "", $NF) }
    print $NF, o
  }'
done >"$tmp/called"

# Calls of $1 (an expression) outside the modules in $2.
calls() {
  grep -E "^($1) " "$tmp/called" | while read -r name o; do
    case " ${2:-} " in
    *" $(module_of "$o") "*) ;;
    *) echo "$name in $o" ;;
    esac
  done
}
tap_none 'symbols: nothing ends the process' "$(calls \
  'abort|_?exit|_Exit|quick_exit|__assert_fail|raise|kill')"
tap_none 'symbols: nothing reads the environment' \
  "$(calls '(secure_)?getenv|setenv|putenv|unsetenv|environ')"
tap_none 'symbols: nothing touches signals' \
  "$(calls 'signal|sigaction|sigprocmask|pthread_sigmask|alarm|setitimer')"
tap_none 'symbols: nothing prints' "$(calls \
  'v?printf|v?fprintf|v?dprintf|puts|fputs|putchar|putc|fputc|perror|stdout|stderr|stdin')"
tap_none 'symbols: nothing starts a thread or a process' \
  "$(calls 'pthread_create|thrd_create|fork|vfork|clone|system|popen|exec.*|posix_spawnp?')"
tap_none 'symbols: only net reads a clock' "$(calls \
  'clock_gettime|time|gettimeofday|clock|timespec_get|ftime' net)"
tap_none 'symbols: nothing sleeps' \
  "$(calls 'sleep|usleep|nanosleep|clock_nanosleep|poll|select')"
tap_none 'symbols: only net has randomness' "$(calls \
  'rand|srand|rand_r|random|srandom|getrandom|getentropy|arc4random.*' net)"
tap_none 'symbols: nothing depends on hidden state' "$(calls \
  'strtok|localtime|gmtime|ctime|asctime|setlocale|localeconv|tmpnam')"
tap_none 'symbols: ring 0 opens nothing' \
  "$(calls 'f?open|fopen64|open64|openat|creat|socket|connect|bind|listen|accept4?|read|write|send|recv|sendto|recvfrom' \
    'net state bot cogs')"

# The libraries ---------------------------------------------------------------
# What each exports is under review in docs/abi, and what the headers declare.

so=$(sed -n 's/^#define ZX_SOVERSION \([0-9]*\).*/\1/p' \
  include/zoryx/version.h)
for m in $MODULES sandbox; do
  lib=$B/lib/libzoryx_$m.so
  soname=$(readelf -d "$lib" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
  tap "symbols: the SONAME of $m is libzoryx_$m.so.$so" \
    "$([ "$soname" = "libzoryx_$m.so.$so" ]; echo $?)"
  sh src/install/abi.sh "$lib" >"$tmp/$m.txt"
  tap "symbols: $m exports something" "$([ -s "$tmp/$m.txt" ]; echo $?)"
  tap_none "symbols: $m exports what docs/abi/$m.txt says (make abi rewrites)" \
    "$(diff "docs/abi/$m.txt" "$tmp/$m.txt" |
      sed -n -e 's/^</gone: /p' -e 's/^>/new:  /p')"
done
tap_none 'symbols: docs/abi has no list of a module that is not there' \
  "$(for f in docs/abi/*.txt; do
    [ -f "$tmp/$(basename "$f")" ] || echo "$f"
  done)"
cat "$tmp"/*.txt | sort >"$tmp/exported"
tap_none 'symbols: no name is in two modules' "$(uniq -d "$tmp/exported")"

for h in zoryx.h zoryx/sandbox.h; do
  echo "#include <$h>" | $CC -E -P -Iinclude -
done | tr '\n' ' ' | tr ';' '\n' |
  sed -n 's/.*visibility("default")))[^(]*[ *]\(zx_[a-z0-9_]*\) *(.*/\1/p' |
  sort -u >"$tmp/declared"
tap_none 'symbols: what the headers declare is what is exported' \
  "$(diff "$tmp/declared" "$tmp/exported" | grep '^[<>]')"

done_testing
