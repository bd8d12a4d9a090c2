#!/bin/sh
# A prompt from the registry with curl: ETag, timeout, last known good. The request to the model is made with jq.
set -eu
mail=${1:-My card is blocked.}
# Nothing of another registry or environment is taken.
place=$(printf %s "$PROMPTFORGE_KEY" | cut -s -d _ -f 2)-$(printf %s "$PROMPTFORGE_URL" | cksum | cut -d ' ' -f 1)
kept=.promptforge/$place new=.promptforge/$place.new

# Keys are given on stdin, because other users can read command lines, and without a line break at their end.
call() { curl --config - --silent --show-error --fail "$@"; }
key() { printf 'header = "Authorization: Bearer %s"\n' "$(printf %s "$1" | tr -d '\r\n')"; }

rm -rf "$new" && mkdir -p "$new" && : > "$new/headers"
status=$(key "$PROMPTFORGE_KEY" | call --max-time 2 --etag-compare "$kept/etag" --etag-save "$new/etag" \
  --dump-header "$new/headers" --output "$new/text" --write-out '%{http_code}' \
  "$PROMPTFORGE_URL/v1/prompts/support/instructions") || status="$status: failed"
awk 'tolower($1) == "promptforge-version:" { print $2 }' "$new/headers" | tr -d '\r' > "$new/reference"

if [ "$status" = 200 ] && [ -s "$new/reference" ]; then
  # A folder as a whole: text and reference are always of one version.
  rm -rf "$kept" && mv "$new" "$kept"
elif [ "$status" = 304 ] && [ -s "$kept/reference" ]; then
  touch "$kept/text"
elif [ -n "$(find "$kept/text" -mmin -1440 2> /dev/null)" ]; then
  echo "$(cat "$kept/reference") is used (status $status)" >&2
else
  echo "There is no prompt (status $status)" >&2
  exit 1
fi

jq --null-input --rawfile text "$kept/text" --arg mail "$mail" '{
  model: "gpt-5-mini",
  messages: [{role: "system", content: $text}, {role: "user", content: $mail}]
}' > .promptforge/request.json
answer=$(key "$OPENAI_API_KEY" | call --max-time 60 --header 'Content-Type: application/json' \
  --data-binary @.promptforge/request.json "${OPENAI_BASE_URL:-https://api.openai.com/v1}/chat/completions")
printf '%s %s\n' "$(cat "$kept/reference")" "$(printf '%s' "$answer" | jq --raw-output '.choices[0].message.content')"
