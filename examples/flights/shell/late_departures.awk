# Keeps the heading and the flights that left an hour or more behind schedule (dep_delay is column 6).
NR == 1 || ($6 != "NA" && $6 + 0 >= 60) { print > out }
