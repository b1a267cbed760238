# job.sh WHAT PARTITION OUTPUT INPUT...: the number of records of its inputs, after some trouble of its own.
set -eu
what=$1 partition=$2 output=$3
shift 3

count() {
    echo "source,records"
    for file; do awk -v job="$what" 'END { print job "," NR - 1 }' "$file"; done
}

# The number of the attempt: one line for each, whichever worker it ran on.
mkdir -p trouble
echo x >> "trouble/$what-$partition"
attempt=$(($(wc -l < "trouble/$what-$partition")))

case $what in
flaky) test "$attempt" -gt 2 || exit 75 ;;
greedy) test "$attempt" -gt 1 || { head -c 4194304 /dev/zero > "$(dirname "$output")/far-too-much"; sleep 20; } ;;
slow) while [ -e "trouble/hold-$partition" ]; do sleep 0.1; done ;;
*) ;;
esac
count "$@" > "$output"
