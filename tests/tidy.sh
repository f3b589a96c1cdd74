#!/usr/bin/env bash
# clang-tidy, as .clang-tidy has it, on the sources that changed since the branch left main, or on main with its newest
# commit. All of them take half an hour of one core, a changed file about ten seconds.
#   bash tests/tidy.sh BUILD                       BUILD has compile_commands.json; tests/run.sh calls it so
#   RINGSCOPE_TIDY=all bash tests/tidy.sh BUILD    every source
# RINGSCOPE_TIDY_BASE: the commit to compare with. RINGSCOPE_TIDY_MINUTES: no file is begun later than that (6); what is
# left over is named. A changed header is checked in the source of its name, or in one that includes it.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "$1")
layers="engine sessions ui app"
export tidy build deadline left
tidy=$(command -v clang-tidy-14 || command -v clang-tidy) || {
    echo "clang-tidy: not found; install it: apt-get install clang-tidy" >&2
    exit 1
}

base_commit() {
    local branch base
    [ -z "${RINGSCOPE_TIDY_BASE:-}" ] || { git rev-parse "$RINGSCOPE_TIDY_BASE^{commit}"; return; }
    for branch in origin/main main; do
        base=$(git merge-base HEAD "$branch" 2>/dev/null) || continue
        [ "$base" = "$(git rev-parse HEAD)" ] || { echo "$base"; return; }
    done
    git rev-parse --verify --quiet HEAD~1
}

# The source in which a header is seen.
source_of() {
    [[ $1 == *.h ]] || { echo "$1"; return; }
    if [ -f "${1%.h}.cpp" ]; then echo "${1%.h}.cpp"; else git grep -lF "\"$1\"" -- $layers | grep -m1 '\.cpp$' || true; fi
}

if [ "${RINGSCOPE_TIDY:-}" != all ] && base=$(base_commit); then
    what="changed since $(git rev-parse --short "$base")"
    changed=$({ git diff --name-only --diff-filter=d "$base" -- $layers
                git ls-files --others --exclude-standard -- $layers; } | grep -E '\.(cpp|h)$' || true)
    wanted=$(for file in $changed; do source_of "$file"; done | sort -u)
else
    what="in all"
    wanted=$(find $layers -name '*.cpp' | sort)
fi
files=() skipped=()
for file in $wanted; do
    if grep -qF "\"$PWD/$file\"" "$build/compile_commands.json"; then files+=("$file"); else skipped+=("$file"); fi
done
[ ${#skipped[@]} -eq 0 ] || echo "clang-tidy: not part of this build, so not checked: ${skipped[*]}"
echo "clang-tidy: ${#files[@]} sources $what"
[ ${#files[@]} -gt 0 ] || exit 0

left=$(mktemp)
trap 'rm -f "$left"' EXIT
minutes=${RINGSCOPE_TIDY_MINUTES:-6}
[ "${RINGSCOPE_TIDY:-}" != all ] || minutes=${RINGSCOPE_TIDY_MINUTES:-600}
deadline=$(($(date +%s) + minutes * 60))
check() {
    [ "$(date +%s)" -lt "$deadline" ] || { echo "$1" >>"$left"; return 0; }
    local report
    report=$("$tidy" -p "$build" --quiet "$1" 2>/dev/null) || { echo "$report"; echo "clang-tidy: $1 fails"; return 1; }
}
export -f check
if ! printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -I{} bash -c 'check {}'; then
    echo "clang-tidy: see above" >&2
    exit 1
fi
[ ! -s "$left" ] || echo "clang-tidy: not checked, the $minutes minutes are over: $(sort "$left" | tr '\n' ' ')"
