#!/usr/bin/env bash
# Writes the comment anew, or the first time. It is known by its marker and its author: anybody can write a marker.
set -euo pipefail

marker="<!-- headwater-impact:$STICKY -->"
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
body="body=@$FOLDER/comment.md"

ours=".[] | select(.user.login == \"$AUTHOR\" and (.body | startswith(\"$marker\"))) | .id"
ids="$(gh api --paginate "$comments" --jq "$ours")" || {
  echo "::warning title=Headwater could not comment::the token may not read the comments of this pull request"
  exit 0
}
id="${ids%%$'\n'*}"

if [ -n "$id" ]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "$body" && exit 0
else
  gh api --silent --method POST "$comments" --field "$body" && exit 0
fi
# A pull request from a fork has a token that may only read; the verdict is in the log and in the summary all the same.
echo "::warning title=Headwater could not comment::the token may not write to this pull request; see the summary"
