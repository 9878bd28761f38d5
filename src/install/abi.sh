# SPDX-License-Identifier: MIT
# sh src/install/abi.sh LIBRARY: the functions and data it offers to programs, sorted.
# What modules offer each other (zx__) may change and is left out.
nm -D --defined-only "$1" |
  awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
  grep -v '^zx__' | LC_ALL=C sort
