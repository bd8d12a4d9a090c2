#!/usr/bin/env bash
# Checks the prompts of a pull request, and comments on it with what would be published. docs/ci.md says how to use it.
#
#   PROMPTFORGE_REGISTRY          the registry; never the one that a pull request could name in promptforge.json
#   PROMPTFORGE_KEY_<ENVIRONMENT> an author's key; without one only the files are checked
#   PROMPTFORGE_DRIFT             an environment; the check fails where something else is live there than the lock file names
#   PROMPTFORGE_COMMENT           "true": comment on the pull request
#
# Exits with 0, or with the exit code of the first command that failed.
set -uo pipefail

: "${PROMPTFORGE_REGISTRY:?Set it to the address of the registry.}"
export PROMPTFORGE_REGISTRY
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
body=$(mktemp)
output=$(mktemp)
trap 'rm -f "$body" "$output"' EXIT
failed=0

# Runs a command, shows what it says, and keeps its first failure.
run() {
  "$@" >"$output" 2>&1
  local code=$?
  cat "$output"
  if [ "$failed" = 0 ]; then failed=$code; fi
  return "$code"
}

# What the last command said, as a block of code: indented, no line of it can end the block.
section() {
  printf '\n**%s**\n\n' "$1"
  cut -c 1-500 "$output" | head -n 60 | sed 's/^/    /'
}

has_key() {
  local name
  for name in ${!PROMPTFORGE_KEY@}; do
    if [ -n "${!name//[[:space:]]/}" ]; then return 0; fi
  done
  return 1
}

printf '### Prompts\n' >"$body"

format=text
if [ "${GITHUB_ACTIONS:-}" = true ]; then format=github; fi
if run promptforge check --format "$format"; then
  printf '\nEvery prompt can be published, and every sample fits.\n' >>"$body"
else
  # For readers, not for annotations.
  promptforge check >"$output" 2>&1
  section 'Not every prompt can be published, or a sample does not fit:' >>"$body"
fi

if has_key; then
  if run promptforge publish --dry-run; then what='Would be published:'; else what='Would be refused:'; fi
  section "$what" >>"$body"
  if [ -n "${PROMPTFORGE_DRIFT:-}" ]; then
    run promptforge status --live "$PROMPTFORGE_DRIFT" --check
    case $? in
      0) printf '\nNo drift: what is live in %s is what the lock file names.\n' "$PROMPTFORGE_DRIFT" >>"$body" ;;
      5) section "Drift: something else is live in $PROMPTFORGE_DRIFT than the lock file names." >>"$body" ;;
      *) section "Whether there is drift in $PROMPTFORGE_DRIFT could not be found out." >>"$body" ;;
    esac
  fi
  printf '\n' >>"$body"
  if promptforge diff --format markdown >"$output" 2>&1; then cat "$output" >>"$body"; else
    code=$?
    cat "$output"
    if [ "$failed" = 0 ]; then failed=$code; fi
    section 'The diff could not be made:' >>"$body"
  fi
else
  echo 'There is no key, as in pull requests from forks: the registry was not asked.'
  printf '\nThere is no key here, as in pull requests from forks, so the registry was not asked.\n' >>"$body"
fi

if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$body" >>"$GITHUB_STEP_SUMMARY"; fi
if [ "${PROMPTFORGE_COMMENT:-}" = true ]; then
  node "$here/comment.mjs" "$body" || echo 'The comment could not be written. The check itself goes by the lines above.'
fi
exit "$failed"
