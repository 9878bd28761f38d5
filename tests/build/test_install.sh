# SPDX-License-Identifier: MIT
# What `make install` leaves is enough to build a program, `make uninstall`
# takes all of it away again.
. tests/helper/tap.sh
tap_dir
root=$tmp/root
make=${MAKE:-make}
pc=${PKG_CONFIG:-pkg-config}
# The jobs of an outer make are not ours.
MAKEFLAGS=$(echo " ${MAKEFLAGS:-}" | sed 's/ -*j[0-9]* *--jobserver[^ ]*//')
export MAKEFLAGS

in_root() {
  # shellcheck disable=SC2086
  $make -s "$@" B="$B" DESTDIR="$root" PREFIX=/opt/zoryx ${SAN:+SAN=$SAN} \
    >"$tmp/log" 2>&1
}

in_root install
status=$?
tap 'install: installs below DESTDIR' $status
[ $status -eq 0 ] || sed 's/^/# /' "$tmp/log"
libdir=$root/opt/zoryx/lib
tap_none 'install: nothing is installed outside of the prefix' \
  "$(find "$root" -not -type d | grep -v "^$root/opt/zoryx/")"

PKG_CONFIG_PATH=$libdir/pkgconfig
export PKG_CONFIG_PATH
version=$(sed -n 's/^#define ZX_VERSION "\(.*\)"/\1/p' include/zoryx/version.h)
tap 'install: pkg-config tells the version' \
  "$([ "$("$pc" --modversion zoryx)" = "$version" ]; echo $?)"
tap 'install: pkg-config tells the prefix' \
  "$([ "$("$pc" --variable=prefix zoryx)" = /opt/zoryx ]; echo $?)"

cat >"$tmp/prog.c" <<'EOF'
#include <string.h>
#include <zoryx.h>

int main(void)
{
	struct zx_str s = ZX_STR("{\"id\":18446744073709551615}");

	return strcmp(zx_version(), ZX_VERSION) ||
	       zx_json_get_u64(s, "id") != UINT64_MAX;
}
EOF
san=${SAN:+-fsanitize=address,undefined}
# pkg-config knows nothing of DESTDIR: put it before our own folders only.
flags() {
  "$pc" "$@" zoryx | sed "s|/opt/zoryx|$root/opt/zoryx|g"
}

# shellcheck disable=SC2046,SC2086
out=$($CC -std=c11 -Wall -Wextra -Werror $san $(flags --cflags) \
  -o "$tmp/shared" "$tmp/prog.c" $(flags --libs) 2>&1 &&
  LD_LIBRARY_PATH=$libdir "$tmp/shared" 2>&1 || echo "exit status $?")
tap_none 'install: a program links to the shared library and runs' "$out"
tap 'install: it asks for the library by its SONAME' \
  "$(readelf -d "$tmp/shared" | grep -q 'NEEDED.*libzoryx\.so\.[0-9]*\]'
    echo $?)"

# As static as zoryx can promise: itself in the program, its packages shared.
# shellcheck disable=SC2046,SC2086
out=$($CC -std=c11 $san $(flags --cflags) -o "$tmp/static" "$tmp/prog.c" \
  $(flags --static --libs | sed 's/-lzoryx/-l:libzoryx.a/') 2>&1 &&
  "$tmp/static" 2>&1 || echo "exit status $?")
tap_none 'install: a program links to the archive and runs' "$out"
tap 'install: it does not need the shared library' \
  "$(readelf -d "$tmp/static" | grep -q 'NEEDED.*libzoryx' && echo 1 || echo 0)"

for program in zoryx-bot zoryx-sandbox; do
  tap "install: $program is there and executable" \
    "$([ -x "$root/opt/zoryx/bin/$program" ]; echo $?)"
done

in_root uninstall
tap 'install: uninstall succeeds' $?
tap_none 'install: uninstall leaves no file' \
  "$(find "$root" -not -type d)"

done_testing
