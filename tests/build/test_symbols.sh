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
tap_none 'symbols: every exported name begins with zx_' \
  "$(grep '^DEFAULT' "$tmp/defined" | grep -v '^DEFAULT zx_[a-z0-9]')"
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

exported=$(nm -D --defined-only "$LIB_SO" | awk '{ print $NF }')
tap 'symbols: libzoryx.so exports something' "$([ -n "$exported" ]; echo $?)"
tap_none 'symbols: libzoryx.so exports zx_ names only' \
  "$(echo "$exported" | grep -v '^zx_[a-z0-9]')"

# What the headers promise is there, and nothing else is.
sed -n 's/^#define ZX_SOVERSION \([0-9]*\).*/\1/p' include/zoryx/version.h \
  >"$tmp/so"
soname=$(readelf -d "$LIB_SO" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
tap "symbols: the SONAME is libzoryx.so.$(cat "$tmp/so")" \
  "$([ "$soname" = "libzoryx.so.$(cat "$tmp/so")" ]; echo $?)"

$CC -E -P -Iinclude include/zoryx.h | tr '\n' ' ' | tr ';' '\n' |
  sed -n 's/.*visibility("default")))[^(]*[ *]\(zx_[a-z0-9_]*\) *(.*/\1/p' |
  sort -u >"$tmp/declared"
echo "$exported" | sort -u >"$tmp/exported"
tap_none 'symbols: what the headers declare is what is exported' \
  "$(diff "$tmp/declared" "$tmp/exported" | grep '^[<>]')"

done_testing
