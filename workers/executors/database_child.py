# ruff: noqa: E402  (a signal is blocked before anything is imported)
"""Does the work of one run inside of a database: `python -I database_child.py JOB.json`.

The address of the database, which may hold a password, is in the job file, that only this user can read. Asked to end,
it has the database cancel its statement first.
"""

from __future__ import annotations

import json
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # started with -I, which leaves out the folder it was started in
# Before libraries start threads of their own, any of which would be ended by it, and all with it.
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

from connectors.databases.cancel import EXIT_CODE, CancelledError, Cancelling
from connectors.databases.trouble import may_end_otherwise, reason_of
from connectors.databases.work import carry_out


def main(job_file: str) -> int:
    cancelling = Cancelling()
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    try:
        metrics = carry_out(job, cancelling)
    except CancelledError:
        return EXIT_CODE
    except Exception as error:  # noqa: BLE001  whatever happens becomes the reason that owners read
        if cancelling.asked:
            return EXIT_CODE
        traceback.print_exc()
        leave(job, {"reason": reason_of(error), "retry": may_end_otherwise(error)})
        return 1
    leave(job, {"metrics": metrics})
    return 0


def leave(job: dict[str, Any], result: dict[str, Any]) -> None:
    Path(job["result_file"]).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
