# SPDX-License-Identifier: MIT
# What only Linux or only glibc has is called in src/net alone, and there as in
# the sandbox's sockets another way is compiled where it is not to be had.
. tests/helper/tap.sh
tap_dir

linux='accept4|epoll_[a-z0-9_]*|eventfd(_[a-z]*)?|signalfd|timerfd_[a-z]*
getrandom|pipe2|dup3|prctl|inotify_[a-z0-9_]*|memfd_create|sendmmsg|recvmmsg
splice|tee|vmsplice|fallocate(64)?|sync_file_range|renameat2|copy_file_range
syscall|gettid|unshare|setns|personality|mremap|sched_[gs]etaffinity|io_.*
malloc_usable_size|mallinfo2?|malloc_trim|secure_getenv|qsort_r|strchrnul
fopencookie|canonicalize_file_name|get_current_dir_name|__progname.*'
linux=$(echo "$linux" | tr '\n' '|' | sed 's/|$//')

# "name object" of what the objects given call of these.
called() {
  for o; do
    nm -u "$o" | awk -v o="$o" '{ sub(/@.*/, "", $NF); print $NF, o }'
  done | grep -E "^($linux) "
}

# shellcheck disable=SC2046,SC2086
tap_none 'portable: what only Linux has is called in src/net only' \
  "$(called $(printf '%s\n' $OBJS "$B"/src/sandbox/*.o |
    grep -v "^$B/src/net/"))"
tap_none 'portable: no file of /proc or /sys is named' \
  "$(grep -rnE '"/(proc|sys)/' src --include='*.[ch]')"

# The same sources as if this were not Linux.
cflags=$(sed -n 's/^CFLAGS_[a-z0-9]* := //p' build/config.mk | tr '\n' ' ')
for f in src/net/*.c src/sandbox/wire*.c src/sandbox/sandbox.c; do
  # shellcheck disable=SC2086
  $CC -std=c11 -Iinclude -Isrc -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
    $cflags -U__linux__ -U__linux -Ulinux -Wall -Werror -c \
    -o "$tmp/$(basename "$f" .c).o" "$f" >"$tmp/log" 2>&1 ||
    { echo "$f"; cat "$tmp/log"; } >>"$tmp/bad"
done
touch "$tmp/bad"
tap_none 'portable: sockets compile where there is no Linux' "$(cat "$tmp/bad")"
tap_none 'portable: and then call nothing of it' "$(called "$tmp"/*.o)"

# Without what POSIX has only since 2024.
tap_none 'portable: sockets are made with flags that all systems have' \
  "$(grep -rnE 'SOCK_(CLOEXEC|NONBLOCK)' src --include='*.[ch]')"
bare=$(for f in $(grep -rlw MSG_NOSIGNAL src --include='*.[ch]'); do
  grep -q '#define MSG_NOSIGNAL' "$f" || echo "$f"
done)
tap_none 'portable: MSG_NOSIGNAL may be missing' "$bare"

done_testing
