# SPDX-License-Identifier: MIT
# Every public header compiles alone, in C and C++, without a warning.
. tests/helper/tap.sh
tap_dir
warn='-Wall -Wextra -Wpedantic -Wconversion -Werror'

# $1 compiler and options, $2 file ending: the headers that do not compile.
failures() {
  for h in include/zoryx.h include/zoryx/*.h; do
    echo "#include \"${h#include/}\"" >"$tmp/one.$2"
    # Twice: the guard must hold.
    echo "#include \"${h#include/}\"" >>"$tmp/one.$2"
    echo 'extern int one;' >>"$tmp/one.$2"
    # shellcheck disable=SC2086
    $1 $warn -Iinclude -fsyntax-only "$tmp/one.$2" 2>&1
  done
}

# The compiler of this build, and those that are there besides.
for c in "$CC" gcc clang; do
  { [ "$c" = "$CC" ] && [ -n "${done_cc:-}" ]; } && continue
  done_cc=1
  for std in c11 c17; do
    name="headers: each compiles alone as $std with ${c##*/}"
    if $c --version >/dev/null 2>&1; then
      tap_none "$name" "$(failures "$c -std=$std" c)"
    else
      tap_skip "$name" "no $c"
    fi
  done
done
for c in "$CXX" g++ clang++; do
  { [ "$c" = "$CXX" ] && [ -n "${done_cxx:-}" ]; } && continue
  done_cxx=1
  name="headers: each compiles alone as C++17 with ${c##*/}"
  if $c --version >/dev/null 2>&1; then
    tap_none "$name" "$(failures "$c -std=c++17" cc)"
  else
    tap_skip "$name" "no $c"
  fi
done

# Of the system only the standard headers that C has everywhere, and whatever
# those include.
tap_none 'headers: none needs a header of another library' "$(
  for h in include/zoryx.h include/zoryx/*.h; do
    sed -n 's/^#[ \t]*include[ \t]*[<"]\(.*\)[>"].*/\1/p' "$h" |
      grep -vE '^(zoryx/[a-z_]*|std(arg|bool|def|int|align|io)|limits|inttypes)\.h$' |
      sed "s|^|$h needs |"
  done
)"

# Link against C from C++ too, and use the macros there.
cat >"$tmp/use.cc" <<'EOF'
#include "zoryx.h"

int main()
{
	struct zx_str s = ZX_STR("{\"a\":\"12\"}");
	struct zx_buf b;
	zx_buf_init(&b, nullptr, 0);
	zx_buf_addf(&b, "%.*s", ZX_ARG(s));
	int bad = zx_json_get_u64(zx_buf_str(&b), "a") != 12 ||
		  zx_time_add(1, 2) != 3;
	zx_buf_release(&b);
	return bad;
}
EOF
if $CXX --version >/dev/null 2>&1; then
  san=${SAN:+-fsanitize=address,undefined}
  # shellcheck disable=SC2086
  out=$($CXX -std=c++17 $warn $san -Iinclude -o "$tmp/use" "$tmp/use.cc" \
    "$LIB_A" 2>&1 && "$tmp/use" || echo "exit status $?")
  tap_none 'headers: a C++ program links and runs' "$out"
else
  tap_skip 'headers: a C++ program links and runs' 'no C++ compiler'
fi

sed -n 's/^#include "\(.*\)"/\1/p' include/zoryx.h | sort >"$tmp/has"
(cd include && ls zoryx/*.h) | grep -v sandbox.h | sort >"$tmp/should"
tap_none 'headers: zoryx.h includes all but the sandbox' \
  "$(diff "$tmp/should" "$tmp/has")"

tap_none 'headers: every function of ours is exported' \
  "$(grep -n '^[a-z].*\bzx_[a-z0-9_]*(' include/zoryx/*.h |
    grep -v -e 'ZX_API' -e 'static inline' -e typedef)"

done_testing
