#!/usr/bin/env bash
# Publishes the prompts that changed, and has what the lock file names live in an environment. docs/ci.md says how to use it.
#
#   PROMPTFORGE_REGISTRY          the registry
#   PROMPTFORGE_KEY_<ENVIRONMENT> an author's key of the environment that publishes, and a key of PROMPTFORGE_TO
#   PROMPTFORGE_TO                the environment; empty: publish only
#   PROMPTFORGE_MESSAGE           the message of the versions; the subject of the commit unless set
#   PROMPTFORGE_REASON            why it is promoted; the commit unless set
#   PROMPTFORGE_WAIT              how long to wait for approvals, such as 2h; empty: asking is enough
#   PROMPTFORGE_COMMIT_LOCK_FILE  "true": commit promptforge.lock.json and push it to the branch of the job
#
# It may run again: what is published or live already is passed over.
set -euo pipefail

: "${PROMPTFORGE_REGISTRY:?Set it to the address of the registry.}"
export PROMPTFORGE_REGISTRY
lock=promptforge.lock.json

message=${PROMPTFORGE_MESSAGE:-$(git log -1 --format=%s)}
# A commit may have no message, but a version must.
message=${message:-"Commit $(git rev-parse --short=12 HEAD)"}
reason=${PROMPTFORGE_REASON:-"Commit $(git rev-parse --short=12 HEAD): $(git log -1 --format=%s)"}

format=text
if [ "${GITHUB_ACTIONS:-}" = true ]; then format=github; fi
promptforge check --format "$format"
# With refusals it fails here, and nothing goes live of what did not become a version as a whole.
promptforge publish --message "${message:0:1000}"

if [ "${PROMPTFORGE_COMMIT_LOCK_FILE:-}" = true ] && [ -n "$(git status --porcelain -- "$lock")" ]; then
  git add -- "$lock"
  git -c user.name="${GIT_COMMITTER_NAME:-PromptForge}" -c user.email="${GIT_COMMITTER_EMAIL:-promptforge@localhost}" \
    commit --quiet --message "Note the published versions of prompts [skip ci]" -- "$lock"
  git push --quiet origin "HEAD:${GITHUB_REF_NAME:-${CI_COMMIT_BRANCH:-$(git branch --show-current)}}"
fi

if [ -n "${PROMPTFORGE_TO:-}" ]; then
  wait=()
  if [ -n "${PROMPTFORGE_WAIT:-}" ]; then wait=(--wait "$PROMPTFORGE_WAIT"); fi
  promptforge promote --release "$lock" --to "$PROMPTFORGE_TO" --reason "${reason:0:1000}" ${wait[@]+"${wait[@]}"}
fi
