# SPDX-License-Identifier: MIT
# What `make install` leaves is enough to build programs that link what their
# module needs and nothing else; `make uninstall` takes all of it away again.
# timeout: 900
. tests/helper/tap.sh
. tests/helper/modules.sh
tap_dir
root=$tmp/root
src=$PWD
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
tap_none 'install: no file tells where it was built' \
  "$(grep -lr -e "$src" -e "$root" "$root/opt/zoryx/lib/pkgconfig" \
    "$root/opt/zoryx/lib/cmake" "$root/opt/zoryx/include")"

PKG_CONFIG_PATH=$libdir/pkgconfig
export PKG_CONFIG_PATH
version=$(sed -n 's/^#define ZX_VERSION "\(.*\)"/\1/p' include/zoryx/version.h)
soversion=$(sed -n 's/^#define ZX_SOVERSION //p' include/zoryx/version.h)
for p in zoryx zoryx-static zoryx-ipc; do
  tap "install: pkg-config tells the version of $p" \
    "$([ "$("$pc" --modversion $p)" = "$version" ]; echo $?)"
  tap "install: pkg-config tells the prefix of $p" \
    "$([ "$("$pc" --variable=prefix $p)" = /opt/zoryx ]; echo $?)"
done

# pkg-config knows nothing of DESTDIR: put it before our own folders only.
flags() {
  "$pc" "$@" | sed "s|/opt/zoryx|$root/opt/zoryx|g"
}
mkdir "$tmp/empty"
san=${SAN:+-fsanitize=address,undefined}

# Builds $1.c in the folder with nothing else in it, with the flags behind.
build() {
  program=$1
  shift
  # shellcheck disable=SC2086
  (cd "$tmp/empty" && cp "$program.c" one.c &&
    $CC -std=c11 -Wall -Wextra -Werror $san one.c -o "$tmp/one" "$@") 2>&1
}
# The packages that a program or library needs, ours replaced by what they need.
needed() {
  readelf -d "$1" | sed -n 's/.*NEEDED.*\[\(.*\)\].*/\1/p' |
    while read -r lib; do
      case $lib in
      libzoryx*) needed "$libdir/$lib" ;;
      *) echo "${lib%%.so*}" ;;
      esac
    done
}
packages() {
  needed "$1" |
    grep -vxE 'libc|libm|libpthread|ld-linux.*|ld-musl.*|lib(a|ub)san' |
    sort -u | tr '\n' ' ' | sed 's/ $//'
}

# What a program with the module may need besides the C library.
net='libcurl libmbedcrypto libmbedtls libwebsockets libz libzstd'
all='libcurl libmbedcrypto libmbedtls libsqlite3 libwebsockets libz libzstd'
wants() {
  case $1 in
  gateway) echo 'libz libzstd' ;;
  guild) echo libmbedcrypto ;;
  ipc) echo 'libmbedcrypto libmbedtls' ;;
  state) echo 'libsqlite3 libzstd' ;;
  net) echo "$net" ;;
  bot | cogs) echo "$all" ;;
  sandbox) echo 'libcjson libz libzstd' ;;
  esac
}

for program in tests/alone/*.c; do
  module=$(basename "$program" .c)
  # shellcheck disable=SC2046
  out=$(build "$src/${program%.c}" $(flags --cflags --libs "zoryx-$module") &&
    LD_LIBRARY_PATH=$libdir "$tmp/one" 2>&1 || echo "exit status $?")
  tap_none "install: $module alone links to the shared library and runs" "$out"
  tap_none "install: $module alone needs its packages only" \
    "$(got=$(packages "$tmp/one")
      [ "$got" = "$(wants "$module")" ] || echo "it needs: $got")"
  tap "install: $module alone asks for libzoryx_$module by its SONAME" \
    "$(readelf -d "$tmp/one" |
      grep -q "NEEDED.*\[libzoryx_$module\.so\.$soversion\]"
      echo $?)"
done

# Nothing shared at all, where the packages have archives. Of those curl and
# libwebsockets ask for more archives than their -dev packages bring.
echo 'int main(void) { return 0; }' >"$tmp/nothing.c"
for module in base gateway rest metrics guild command ipc state; do
  name="install: $module alone links to archives only and runs"
  if [ -n "$san" ]; then
    tap_skip "$name" 'the sanitizers are shared libraries'
  elif ! $CC -static -o "$tmp/one" "$tmp/nothing.c" 2>/dev/null; then
    tap_skip "$name" 'no archive of the C library'
  else
    # shellcheck disable=SC2046
    # SQLite's loader of extensions makes the linker say something: only when
    # it fails is that interesting.
    out=$(build "$src/tests/alone/$module" -static \
      $(flags --static --cflags --libs "zoryx-$module") 2>&1 &&
      "$tmp/one" 2>&1 || echo "exit status $?")
    out=$(echo "$out" | grep -v -e 'in function .unixDlOpen' -e dlopen)
    tap_none "$name" "$out"
    tap_none "install: $module alone then needs nothing" "$(needed "$tmp/one")"
  fi
done

# Each example with the modules whose headers it includes.
for program in examples/[0-9]*.c; do
  modules=$(sed -n 's|^#include "zoryx/\(.*\.h\)"|\1|p' "$program" |
    while read -r h; do printf ' zoryx-%s' "$(owner "$h")"; done)
  grep -q '^#include "zoryx\.h"' "$program" && modules=" zoryx$modules"
  # One shows a host with a loop of its own.
  grep -q '^#include <libwebsockets\.h>' "$program" &&
    modules="$modules libwebsockets"
  # shellcheck disable=SC2046,SC2086
  out=$(build "$src/${program%.c}" -D_POSIX_C_SOURCE=200809L \
    $(flags --cflags --libs $modules) ||
    echo "exit status $?")
  tap_none "install: $(basename "$program") builds with ${modules# }" "$out"
  case $modules in
  *zoryx\ * | *zoryx | *-bot* | *-cogs* | *-net* | *lib*) ;;
  *)
    may=$(for m in $modules; do wants "${m#zoryx-}"; done | tr ' ' '\n')
    tap_none "install: $(basename "$program") needs only their packages" \
      "$(packages "$tmp/one" | tr ' ' '\n' | grep . | while read -r p; do
        echo "$may" | grep -qx "$p" || echo "it needs $p"
      done)"
    ;;
  esac
done

cat >"$tmp/prog.c" <<'END'
#include <string.h>
#include <zoryx.h>

int main(void)
{
	struct zx_str s = ZX_STR("{\"id\":18446744073709551615}");

	return strcmp(zx_version(), ZX_VERSION) ||
	       zx_json_get_u64(s, "id") != UINT64_MAX;
}
END
# shellcheck disable=SC2046
out=$(build "$tmp/prog" $(flags --cflags --libs zoryx) &&
  LD_LIBRARY_PATH=$libdir "$tmp/one" 2>&1 || echo "exit status $?")
tap_none 'install: -lzoryx links and runs' "$out"
tap_none 'install: -lzoryx brings only the modules that are called' \
  "$(readelf -d "$tmp/one" | sed -n 's/.*NEEDED.*\[\(libzoryx.*\)\.so.*/\1/p' |
    grep -vx libzoryx_base)"
# shellcheck disable=SC2046
out=$(build "$tmp/prog" $(flags --cflags --libs zoryx-static) &&
  "$tmp/one" 2>&1 || echo "exit status $?")
tap_none 'install: a program links to the archive and runs' "$out"
tap_none 'install: it does not need the shared libraries' \
  "$(readelf -d "$tmp/one" | grep 'NEEDED.*libzoryx')"

# CMake, from a folder with nothing but these files.
if ! command -v cmake >/dev/null; then
  tap_skip 'install: cmake finds modules and their programs run' 'no cmake'
elif [ -n "$san" ]; then
  tap_skip 'install: cmake finds modules and their programs run' \
    'without sanitizers only'
else
  mkdir "$tmp/cmake"
  for module in ipc net sandbox; do
    cp tests/alone/$module.c "$tmp/cmake/"
  done
  cp "$tmp/prog.c" "$tmp/cmake/zoryx.c"
  cat >"$tmp/cmake/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.12)
project(host C)
find_package(zoryx 0.1 REQUIRED COMPONENTS ipc net sandbox)
foreach(part ipc net sandbox zoryx)
  add_executable(${part} ${part}.c)
  target_link_libraries(${part} zoryx::${part})
endforeach()
END
  for how in OFF ON; do
    out=$(cd "$tmp/cmake" && rm -rf out && {
      cmake -S . -B out -DCMAKE_PREFIX_PATH="$root/opt/zoryx" \
        -DCMAKE_C_COMPILER="${CC%% *}" -Dzoryx_USE_STATIC_LIBS=$how &&
        cmake --build out &&
        for part in ipc net sandbox zoryx; do
          out/$part || exit 1
        done
    } >"$tmp/log" 2>&1 || cat "$tmp/log")
    tap_none "install: cmake finds modules, programs run, archives $how" "$out"
    got=$(packages "$tmp/cmake/out/ipc")
    tap_none "install: zoryx::ipc needs its packages only, archives $how" \
      "$(for p in $got; do
        wants ipc | tr ' ' '\n' | grep -qx "$p" || [ "$p" = libmbedx509 ] ||
          echo "it needs $p"
      done)"
  done
  # $1: what is asked for; $2: what cmake answers
  refused() {
    {
      echo 'cmake_minimum_required(VERSION 3.12)'
      echo 'project(host C)'
      echo "find_package(zoryx $1)"
    } >"$tmp/cmake/CMakeLists.txt"
    cmake -S "$tmp/cmake" -B "$tmp/cmake/bad" \
      -DCMAKE_PREFIX_PATH="$root/opt/zoryx" 2>&1 | grep -q "$2"
  }
  refused '0.1 REQUIRED COMPONENTS ipc pigeons' 'no module "pigeons"'
  tap 'install: cmake is told which module does not exist' $?
  refused '99 REQUIRED' 'requested version "99"'
  tap 'install: cmake does not take another version' $?
fi

for program in zoryx-bot zoryx-sandbox; do
  tap "install: $program is there and executable" \
    "$([ -x "$root/opt/zoryx/bin/$program" ]; echo $?)"
done

in_root uninstall
tap 'install: uninstall succeeds' $?
tap_none 'install: uninstall leaves no file' \
  "$(find "$root" -not -type d)"

done_testing
