#!/usr/bin/env bash
# Checks, and leaves a folder with what came of it. Ends well whatever that is: the verdict is the last step's, so that
# the comment is written in between.
set -uo pipefail

folder="$RUNNER_TEMP/headwater-impact-$STICKY"
mkdir -p "$folder"
rm -f "$folder"/*

arguments=(--base "$BASE" --head "$HEAD" --fail-on "$FAIL_ON" --sticky "$STICKY")
while IFS= read -r estate; do
  [ -z "$estate" ] || arguments+=(--estate "$estate")
done <<<"$ESTATES"
[ -z "$LINK_BASE" ] || arguments+=(--link-base "$LINK_BASE")

headwater impact check "${arguments[@]}" \
  --format annotations \
  --format "markdown=$folder/comment.md" \
  --format "json=$folder/check.json" \
  --format "sarif=$folder/check.sarif" \
  --format "junit=$folder/check.xml"
code=$?

if [ ! -s "$folder/comment.md" ]; then
  printf '<!-- headwater-impact:%s -->\n## Headwater: Not checked\n\nThe check ended with %s before it could say why: see its log.\n' \
    "$STICKY" "$code" >"$folder/comment.md"
  # A check that says nothing must not look like one that passed.
  [ "$code" -ne 0 ] || code=70
fi

cat "$folder/comment.md" >>"$GITHUB_STEP_SUMMARY"
{
  echo "folder=$folder"
  echo "exit-code=$code"
} >>"$GITHUB_OUTPUT"
